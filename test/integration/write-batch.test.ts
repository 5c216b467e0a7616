import type { Pool } from 'pg';
import { buildOf } from '../../src/projecting/build.js';
import { LeadLost, recordPause, takeLead } from '../../src/projecting/checkpoint.js';
import { foldBatch } from '../../src/projecting/fold-batch.js';
import { BatchWriter } from '../../src/projecting/write-batch.js';
import type { JarEvent } from '../support/jars/jar.events.js';
import { jars } from '../support/jars/jar.projection.js';
import { EventLog } from '../support/recorded-events.js';
import { preparedDatabase, type PreparedDatabase } from '../support/prepared-database.js';

const build = buildOf(jars);
const JAR = 'jar-0b7c2a9e-0000-4000-8000-00000000000a';

let database: PreparedDatabase;
let pool: Pool;
let writer: BatchWriter;
beforeEach(async () => {
  database = await preparedDatabase(jars);
  ({ pool } = database);
  writer = new BatchWriter(pool, build);
});
afterEach(() => database.drop());

const log = new EventLog<JarEvent>();
const event = log.record(JAR, 'JarPlaced', { shelf: 'low' });
const writes = foldBatch(jars, [event], new Map());
const shelves = async () => (await pool.query('SELECT jars FROM shelf_total')).rows;

describe('a batch', () => {
  it('is written once, however often it is sent', async () => {
    const lead = await takeLead(pool, build);
    await writer.write(lead, event, writes, 1);
    await expect(writer.write(lead, event, writes, 1)).rejects.toThrow(LeadLost);
    expect(await shelves()).toEqual([{ jars: 1 }]);
  });

  it('folded under an earlier lead is void, though the checkpoint has not moved', async () => {
    const earlier = await takeLead(pool, build);
    await takeLead(pool, build);
    await expect(writer.write(earlier, event, writes, 1)).rejects.toThrow(LeadLost);
    await expect(recordPause(pool, build, earlier, failure)).rejects.toThrow(LeadLost);
    expect(await shelves()).toEqual([]);
  });

  it('that fails moves neither rows nor checkpoint', async () => {
    const lead = await takeLead(pool, build);
    const [fold] = writes;
    if (fold?.kind !== 'replace') throw new Error('the first table of the jars is a fold');
    const faulty = { ...fold, upserts: fold.upserts.map((row) => ({ ...row, shelf: null })) };
    await expect(writer.write(lead, event, [...writes.slice(1), faulty], 1)).rejects.toThrow(
      'null value in column',
    );
    expect(await shelves()).toEqual([]);
    expect((await takeLead(pool, build)).position).toBeNull();
  });
});

describe('a key that PostgreSQL writes in another way', () => {
  it('is refused, since its row would be taken for a missing one', async () => {
    await writer.write(await takeLead(pool, build), event, writes, 1);
    const upper = new Map([['jar', new Set([JAR.slice('jar-'.length).toUpperCase()])]]);
    await expect(writer.load(upper)).rejects.toThrow('not in the form PostgreSQL gives it');
  });
});

const failure = {
  eventId: event.id,
  type: 'JarPlaced',
  stream: event.stream,
  revision: 0,
  position: '10',
  message: 'none',
};
