import 'reflect-metadata';
import type { ArgumentMetadata } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';
import { Currency, MinorUnits, Text, Uuid } from '../schema/fields.js';
import { QueryFlag, QueryList } from '../schema/query-fields.js';
import { PageQuery } from './paging.js';
import { Problem } from './problem.js';
import { RequestValidationPipe } from './validation.js';

class Line {
  @MinorUnits({ about: 'amount' })
  amountMinor!: number;

  @Currency({ about: 'currency' })
  currency!: string;
}

class Invoice {
  @Text({ about: 'name' })
  name!: string;

  @Uuid({ about: 'id', optional: true })
  id?: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  services!: Line[];
}

class Search extends PageQuery {
  @QueryList({ about: 'kinds', choices: ['open', 'overdue'], optional: true })
  kind?: string[];

  @QueryFlag({ about: 'flag', optional: true })
  vip?: boolean;

  @Text({ about: 'words', optional: true })
  search?: string;
}

const pipe = new RequestValidationPipe();
const check = (value: unknown, metadata: ArgumentMetadata) => pipe.transform(value, metadata);
const body = (value: unknown) => check(value, { type: 'body', metatype: Invoice });
const query = (value: unknown) => check(value, { type: 'query', metatype: Search });

async function errorsOf(work: Promise<unknown>) {
  const problem = await work.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: unknown) => error as Problem,
  );
  expect(problem.status).toBe(400);
  return problem.more.errors;
}

describe('a body', () => {
  it('comes out as its class', async () => {
    const invoice = await body({ name: 'x', services: [{ amountMinor: 1, currency: 'CAD' }] });
    expect(invoice).toBeInstanceOf(Invoice);
    expect((invoice as Invoice).services[0]).toBeInstanceOf(Line);
  });

  it('is refused with the path of each fault and what would be right', async () => {
    const services = [{ amountMinor: '12', currency: 'CAD', vat: 7 }, { amountMinor: 1 }, 5];
    expect(await errorsOf(body({ id: 'x', services, extra: 1 }))).toEqual([
      { path: 'extra', message: 'unknown field' },
      { path: 'name', message: 'name must be a string (it is missing)' },
      { path: 'id', message: 'id must be a UUID' },
      { path: 'services.0.vat', message: 'unknown field' },
      { path: 'services.0.amountMinor', message: 'amountMinor must be an integer number' },
      {
        path: 'services.1.currency',
        message: 'currency must be a valid ISO4217 currency code (it is missing)',
      },
      expect.objectContaining({ path: 'services.2' }),
    ]);
  });

  it('lists no more faults than anybody reads', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x${i}`, i]));
    expect(await errorsOf(body(many))).toHaveLength(50);
  });

  it.each([
    ['text', 'text'],
    ['list', [1]],
    ['number', 3],
    ['nothing', null],
    ['no body', undefined],
  ])('that is a %s is refused', async (_name, value) => {
    expect(await errorsOf(body(value))).not.toHaveLength(0);
  });

  it('nested without end is refused before anything follows it', async () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { deep };
    expect(await errorsOf(body(deep))).toEqual([
      { path: 'body', message: 'must not be nested deeper than 32 levels' },
    ]);
  });
});

describe('a query', () => {
  it('has its defaults, and numbers, flags and lists made of text', async () => {
    expect(await query({})).toEqual({ limit: 50 });
    expect(await query({ limit: '7', vip: 'false', kind: 'open,overdue', search: 'x' })).toEqual({
      limit: 7,
      vip: false,
      kind: ['open', 'overdue'],
      search: 'x',
    });
    expect(await query({ kind: ['open', 'overdue'] })).toEqual({ limit: 50, kind: ['open', 'overdue'] });
  });

  it.each([
    [{ limit: '0' }, 'limit', 'limit must be a whole number from 1 to 200'],
    [{ limit: '201' }, 'limit', 'limit must be a whole number from 1 to 200'],
    [{ limit: '1e2' }, 'limit', 'limit must be a whole number from 1 to 200'],
    [{ limit: '' }, 'limit', 'limit must be a whole number from 1 to 200'],
    [{ limit: ['1', '2'] }, 'limit', 'is given more than once'],
    [{ search: ['a', 'b'] }, 'search', 'is given more than once'],
    [{ vip: 'yes' }, 'vip', 'vip must be true or false'],
    [{ kind: 'open,open' }, 'kind', 'kind names a value twice'],
    [{ kind: ['open', 'open'] }, 'kind', 'kind names a value twice'],
    [{ kind: 'closed' }, 'kind', 'each value of kind must be one of open, overdue'],
    [{ cursor: 'a b' }, 'cursor', 'cursor is not one this API gave out'],
    [{ page: '2' }, 'page', 'unknown field'],
  ])('%j is refused', async (value, path, message) => {
    expect(await errorsOf(query(value))).toEqual([{ path, message }]);
  });
});
