import { jars } from '../../test/support/jars/jar.projection.js';
import { checkProjections } from './check-projection.js';
import type { AnyProjection, AnyTable } from './projection.js';

const [fold, append, expand, sum] = jars.tables;
const withTable = (change: object, rule = fold): AnyProjection => ({
  ...jars,
  tables: [{ ...rule, table: { ...(rule?.table as AnyTable), ...change } }] as AnyProjection['tables'],
});

describe('a declaration', () => {
  it('passes when it is sound', () => {
    expect(() => checkProjections([jars])).not.toThrow();
  });

  it.each<[string, AnyProjection, string]>([
    ['without streams', { ...jars, streams: [] }, 'name the streams'],
    ['that follows everything', { ...jars, streams: [''] }, 'name the streams'],
    ['without tables', { ...jars, tables: [] }, 'keeps no table'],
    ['of version 0', { ...jars, version: 0 }, 'version must be a whole number'],
    ['with a name for no file', { ...jars, name: 'Jars!' }, 'name must be lower case'],
    ['whose fold has two key columns', withTable({ key: ['jar', 'shelf'] }), 'needs a key of one column'],
    ['with a key that is no column', withTable({ key: ['jug'] }), 'has no column jug'],
    ['with an index on no column', withTable({ indexes: [['size']] }), 'has no column size'],
    [
      'with an index into no column',
      withTable({ indexes: [{ gin: 'words', operators: 'jsonb_ops' }] }),
      'has no column words',
    ],
    ['with a nullable key', withTable({ key: ['label'] }), 'nullable key, label'],
    ['with no key', withTable({ key: [] }, append), 'has no key'],
    ['with a name PostgreSQL would change', withTable({ name: 'Jar' }), 'PostgreSQL would change: Jar'],
    ['that expands what is not before it', { ...jars, tables: [expand!, fold!] }, 'no fold table before it'],
    [
      'that sums text',
      { ...jars, tables: [fold!, { ...sum!, table: append!.table as AnyTable } as never] },
      'cannot sum',
    ],
  ])('%s is refused', (_what, projection, fault) => {
    expect(() => checkProjections([projection])).toThrow(fault);
  });

  it('is refused where two projections share a name or a table', () => {
    expect(() => checkProjections([jars, jars])).toThrow(
      /two projections are called jars.*two tables are called jar/s,
    );
  });
});
