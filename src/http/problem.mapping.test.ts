import {
  BadRequestException,
  ConflictException,
  GoneException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
} from '@nestjs/common';
import pg from 'pg';
import { Rejection } from '../event-store/decider.js';
import { CommandIdReused } from '../event-store/decision-runner.js';
import { EventStoreUnavailable, RevisionConflict } from '../event-store/event-store.js';
import { ReadModelBehind } from '../projecting/await-position.js';
import { PROBLEM_KINDS } from './problem-kinds.js';
import { refused, toProblem } from './problem.mapping.js';
import { Problem } from './problem.js';

const databaseError = (code: string) => Object.assign(new pg.DatabaseError('secret', 6, 'error'), { code });
const systemError = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:5432`), { code });

describe('what went wrong becomes a problem', () => {
  it('a problem stays what it is', () => {
    const problem = Problem.unknown('there is no such client');
    expect(toProblem(problem)).toBe(problem);
  });

  it('a stream that moved on fails the precondition', () => {
    expect(toProblem(new RevisionConflict('client-1', 4)).body()).toMatchObject({
      type: '/docs/problems#precondition-failed',
      status: 412,
      detail: 'it is no longer at revision 4',
    });
  });

  it('an idempotency key with another body is 422', () => {
    expect(toProblem(new CommandIdReused()).status).toBe(422);
  });

  it('dependencies that are down are 503, say when to try again, and do not say where they are', () => {
    const down = [
      new EventStoreUnavailable(systemError('ECONNREFUSED')),
      ...['08006', '57P01', '57P03', '53300', '25006'].map(databaseError),
      ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND'].map(systemError),
      new AggregateError([systemError('ECONNREFUSED'), systemError('ECONNREFUSED')]),
      new Error('Connection terminated unexpectedly'),
      new Error('timeout exceeded when trying to connect'),
      Object.assign(new Error('query failed'), { driverError: databaseError('57P01') }),
    ];
    for (const problem of down.map(toProblem)) {
      expect(problem.status).toBe(503);
      expect(problem.more.headers).toEqual({ 'Retry-After': '2' });
      expect(JSON.stringify(problem.body())).not.toMatch(/10\.0\.0\.1|5432|secret/);
    }
  });

  it('a read model that has not come far enough is 503, with its name and a second to wait', () => {
    const problem = toProblem(new ReadModelBehind('client-history', 12n, 7n));
    expect([problem.status, problem.more.headers]).toEqual([503, { 'Retry-After': '1' }]);
    expect(problem.detail).toBe('client-history has not come to position 12 yet');
  });

  it('everything unknown is a fault of ours, without detail', () => {
    const faults = [
      new Error('secret'),
      new TypeError('secret'),
      databaseError('23505'),
      'secret',
      null,
      undefined,
    ];
    for (const problem of faults.map(toProblem)) {
      expect(problem.body('/x')).toEqual({
        type: '/docs/problems#internal',
        title: 'A fault of ours',
        status: 500,
        instance: '/x',
      });
    }
  });

  it('exceptions of the framework keep their status', () => {
    const statuses = [
      new BadRequestException('x'),
      new NotFoundException('x'),
      new ConflictException('x'),
      new GoneException('x'),
      new HttpException('x', 429),
    ].map((error) => toProblem(error).body());
    expect(statuses.map(({ status, type }) => [status, type])).toEqual([
      [400, '/docs/problems#bad-request'],
      [404, '/docs/problems#unknown'],
      [409, '/docs/problems#illegal-state'],
      [410, 'about:blank'],
      [429, 'about:blank'],
    ]);
    expect(toProblem(new InternalServerErrorException('secret')).body()).not.toHaveProperty('detail');
  });

  it('a refusal of the business is 409 with state and rule, 400 with the path, or 404', () => {
    expect(refused(Rejection.illegal('closed', 'reopen first', 'the client is closed')).body()).toMatchObject(
      {
        status: 409,
        detail: 'the client is closed',
        state: 'closed',
        rule: 'reopen first',
      },
    );
    expect(refused(Rejection.invalid('occurredAt', 'lies in the future')).body()).toMatchObject({
      status: 400,
      errors: [{ path: 'occurredAt', message: 'lies in the future' }],
    });
    expect(refused(Rejection.unknown('there is no such client')).status).toBe(404);
  });
});

describe('kinds of problems', () => {
  it('never change their names: they are part of the API', () => {
    expect(Object.entries(PROBLEM_KINDS).map(([kind, { status }]) => `${status} ${kind}`)).toEqual([
      '400 bad-request',
      '401 unauthenticated',
      '403 forbidden',
      '404 unknown',
      '405 method-not-allowed',
      '406 not-acceptable',
      '409 illegal-state',
      '412 precondition-failed',
      '413 too-large',
      '415 unsupported-media-type',
      '422 idempotency-key-reused',
      '500 internal',
      '503 unavailable',
    ]);
  });
});
