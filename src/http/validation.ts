import { Injectable, Param, ValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { isUUID, type ValidationError } from 'class-validator';
import { fieldsOf } from '../schema/fields.js';
import { LIST_KIND } from '../schema/query-fields.js';
import { onParameter } from './parameter-decorator.js';
import { Problem, type FieldError } from './problem.js';

const MOST_ERRORS = 50;
const DEEPEST = 32;

/** Checks bodies and queries against their classes, and refuses what the class does not know. */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      // The rules of a field stand from the most basic on: "must be a string" says it all about a number.
      stopAtFirstError: true,
      exceptionFactory: (errors) => Problem.badRequest(fieldErrors(errors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && this.toValidate(metadata) && isDeeperThan(value, DEEPEST))
      throw Problem.badRequest([
        { path: 'body', message: `must not be nested deeper than ${DEEPEST} levels` },
      ]);
    if (metadata.type === 'body') refuseOddBody(value);
    if (metadata.type === 'query') refuseRepeated(value, metadata);
    return (await super.transform(value, metadata)) as unknown;
  }
}

/** @returns the faults in a tree of class-validator's as a flat list, with paths such as `services.0.amountMinor` */
export function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  const found: FieldError[] = [];
  for (const { property, constraints = {}, value, children = [] } of errors) {
    const path = parent === '' ? property : `${parent}.${property}`;
    for (const [rule, message] of Object.entries(constraints)) {
      if (rule === 'whitelistValidation') found.push({ path, message: 'unknown field' });
      else found.push({ path, message: value === undefined ? `${message} (it is missing)` : message });
    }
    found.push(...fieldErrors(children, path));
    if (found.length > MOST_ERRORS) break;
  }
  return found.slice(0, MOST_ERRORS);
}

/** What class-transformer would take for a list of bodies, or silently leave out. A call without a body is for the class to judge. */
function refuseOddBody(body: unknown): void {
  if (body === undefined) return;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw Problem.badRequest([{ path: 'body', message: 'must be a JSON object' }]);
  if (Object.hasOwn(body, 'constructor'))
    throw Problem.badRequest([{ path: 'constructor', message: 'unknown field' }]);
}

/** A parameter given twice is a contradiction, unless it is a list. */
function refuseRepeated(query: unknown, { metatype }: ArgumentMetadata): void {
  const fields = metatype ? fieldsOf(metatype as new () => object) : [];
  const lists = new Set(fields.filter(({ kind }) => kind === LIST_KIND).map(({ name }) => name));
  const repeated = Object.entries(query ?? {}).filter(
    ([name, value]) => Array.isArray(value) && !lists.has(name),
  );
  if (repeated.length > 0)
    throw Problem.badRequest(repeated.map(([path]) => ({ path, message: 'is given more than once' })));
}

/** Level by level, so that no nesting, however deep, exhausts the stack here (as it would in class-transformer). */
function isDeeperThan(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    const containers = level.filter((one): one is object => typeof one === 'object' && one !== null);
    level = containers.flatMap((one) => Object.values(one) as unknown[]);
  }
  return false;
}

class UuidPipe implements PipeTransform<string, string> {
  constructor(private readonly name: string) {}

  transform(value: string): string {
    if (isUUID(value, 'all')) return value.toLowerCase();
    throw Problem.badRequest([{ path: this.name, message: `${this.name} must be a UUID` }]);
  }
}

/** A UUID in the path, handed on in lower case; 400 naming the parameter for anything else. */
export const UuidParam = (name: string, about?: string): ParameterDecorator =>
  onParameter(
    Param(name, new UuidPipe(name)),
    ApiParam({ name, description: about, schema: { type: 'string', format: 'uuid' } }),
  );
