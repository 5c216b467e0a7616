import { QueryFailedError } from 'typeorm';
import pg from 'pg';
import { withoutData } from './loggable-error.js';

describe('what is logged of an error', () => {
  it('names a failed statement by its code and constraint, and holds none of its values', () => {
    const driverError = Object.assign(new pg.DatabaseError('invalid input: "ann@example.org"', 9, 'error'), {
      code: '23505',
      constraint: 'client_email_key',
      detail: 'Key (email)=(ann@example.org) already exists.',
    });
    const error = new QueryFailedError('INSERT INTO client VALUES ($1)', ['ann@example.org'], driverError);
    const logged = withoutData(error);
    expect(JSON.stringify(logged)).not.toContain('ann@example.org');
    expect(logged).toMatchObject({
      name: 'QueryFailedError',
      cause: { name: 'error', code: '23505', constraint: 'client_email_key' },
    });
  });

  it('leaves out the text around a syntax error', () => {
    try {
      JSON.parse('{"email": "ann@example.org", nonsense');
    } catch (error) {
      expect(JSON.stringify(withoutData(error))).not.toContain('ann');
    }
    expect.assertions(1);
  });

  it('keeps message and frames of a bug, and its cause', () => {
    const logged = withoutData(new TypeError('x is not a function', { cause: new Error('inner') }));
    expect(logged).toMatchObject({
      name: 'TypeError',
      message: 'x is not a function',
      cause: { message: 'inner' },
    });
    expect(logged.at[0]).toContain('loggable-error.test.ts');
  });

  it('says of a thrown value only what it was', () => {
    expect(withoutData('ann@example.org')).toEqual({ name: 'string', at: [] });
  });
});
