import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v4 as uuidv4 } from 'uuid';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import { outputOf } from '../support/captured-output.js';
import { Tenure } from '../support/tenure.js';

/** Values that stand nowhere else, one for every personal field that can be reached. */
const secrets = {
  name: 'Zephyrine Quillfeather',
  email: 'zephyrine@quillfeather.example',
  phone: '+1 555 0199 8877',
  address: '77 Wisteria Crescent',
  note: 'keeps a parrot called Xanthippe',
  amended: 'the parrot is called Xerxes',
  service: 'left by the scullery door',
  complaint: 'the bannister is scratched',
  access: 'the key lies under the gnome',
  preference: 'only Maximiliane, please',
  contact: 'Ottoline the caretaker',
};

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start({ LOG_LEVEL: 'debug', LOG_FORMAT: 'json' });
});
afterAll(() => tenure.close());

async function livedClient(): Promise<string> {
  const { name, email, phone, address } = secrets;
  const { clientId } = await tenure.record('post', '/clients', { name, email, phone, address });
  const client = `/clients/${clientId}`;
  const noteId = uuidv4();
  const propertyId = uuidv4();
  await tenure.record('post', `${client}/notes`, { noteId, text: secrets.note });
  await tenure.record('put', `${client}/notes/${noteId}`, { text: secrets.amended });
  await tenure.record('post', `${client}/services`, {
    notes: secrets.service,
    amountMinor: 8200,
    currency: 'CAD',
    occurredAt: '2024-03-01T09:00:00Z',
  });
  await tenure.record('post', `${client}/complaints`, { description: secrets.complaint, category: 'damage' });
  await tenure.record('post', `${client}/properties`, { propertyId, address });
  await tenure.record('put', `${client}/properties/${propertyId}/access-note`, { note: secrets.access });
  await tenure.record('put', `${client}/preferences/preferred_technician`, { value: secrets.preference });
  await tenure.record('post', `${client}/contacts`, { name: secrets.contact });
  return clientId;
}

/** Every row of every table, and the log as bytes, of both databases. */
async function everythingStored(): Promise<string> {
  const dumps: string[] = [];
  for (const url of [tenure.databaseUrl, tenure.eventLogUrl]) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of rows) {
      const table = await client.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} AS t`);
      for (const { row } of table.rows) {
        // Bytes come in hex.
        dumps.push(
          row,
          row.replace(/\\\\x([0-9a-f]+)/g, (_all, hex: string) => Buffer.from(hex, 'hex').toString()),
        );
      }
    }
    await client.end();
  }
  return dumps.join('\n');
}

const found = (text: string): string[] =>
  Object.values(secrets).filter(
    (secret) => text.includes(secret) || text.includes(Buffer.from(secret).toString('base64').slice(4, 16)),
  );

describe('personal data', () => {
  it('is read by staff, is nowhere in the log in clear, and is gone everywhere once the person is forgotten', async () => {
    let clientId = '';
    const printed = await outputOf(async () => {
      clientId = await livedClient();
      const before = await tenure.ask(`/clients/${clientId}/history?limit=50`).expect(200);
      // How to get in is shown nowhere but where the look is recorded.
      const shown = Object.values(secrets).filter((secret) => secret !== secrets.access);
      expect(found(JSON.stringify(before.body)).sort()).toEqual(shown.sort());
      await tenure.ask(`/clients/${clientId}`).expect(200);
      await tenure.call('post', `/clients/${clientId}/services`, 'staff').send({ notes: 7 }).expect(400);

      const answer = await tenure
        .call('post', `/clients/${clientId}/erasure`)
        .send({ basis: 'request' })
        .expect(200);
      expect(answer.body.events).toMatchObject([{ type: 'ClientErased' }]);
      const again = await tenure.call('post', `/clients/${clientId}/erasure`).send({}).expect(200);
      expect(again.body.events).toEqual([]);
      const after = await tenure
        .call('get', `/clients/${clientId}/history?limit=50`, 'staff')
        .set('X-Await-Position', again.body.position as string)
        .expect(200);
      expect(found(JSON.stringify(after.body))).toEqual([]);
      const note = (after.body.items as { kind: string; data: object }[]).find(
        ({ kind }) => kind === 'NoteAdded',
      );
      expect(note?.data).toMatchObject({ text: { forgotten: true } });
      const card = await tenure.call('get', `/clients/${clientId}`, 'staff').expect(200);
      expect(card.body).toMatchObject({ services: 1, lifetime: [{ amountMinor: 8200 }] });
      expect(card.body).not.toHaveProperty('name');
    });
    expect(found(printed)).toEqual([]);
    expect(found(await everythingStored())).toEqual([]);
  });

  it('of somebody who was forgotten is recorded no more; what counts still is', async () => {
    const clientId = await livedClient();
    await tenure.call('post', `/clients/${clientId}/erasure`).send({}).expect(200);
    const refused = await tenure
      .call('post', `/clients/${clientId}/notes`, 'staff')
      .send({ text: 'hello' })
      .expect(409);
    expect(refused.body).toMatchObject({ state: 'erased', rule: 'forgotten-for-good' });
    await tenure.record('post', `/clients/${clientId}/services`, { occurredAt: '2024-04-01T09:00:00Z' });
  });

  it('is stored under keys, so that the log alone says nothing', async () => {
    await livedClient();
    const log = new pg.Client({ connectionString: tenure.eventLogUrl });
    await log.connect();
    const { rows } = await log.query<{ data: Buffer; metadata: Buffer }>(
      'SELECT data, metadata FROM event_log',
    );
    await log.end();
    expect(
      found(rows.map(({ data, metadata }) => `${data.toString()}${metadata.toString()}`).join('\n')),
    ).toEqual([]);
  });
});

describe('an erasure', () => {
  it('that is just under way refuses what is personal as one that is done', async () => {
    const { clientId } = await tenure.record('post', '/clients', { name: secrets.name });
    await tenure.record('post', `/clients/${clientId}/notes`, { text: secrets.note });
    // What erasing does first; the fact that says so follows.
    await tenure.provider(ClientKeys).destroy([clientId]);
    const note = tenure.call('post', `/clients/${clientId}/notes`, 'staff').send({ text: secrets.note });
    expect((await note.expect(409)).body).toMatchObject({ state: 'erased', rule: 'forgotten-for-good' });
    await tenure.record('post', `/clients/${clientId}/services`, {});
  });

  it('is for admins', async () => {
    const { clientId } = await tenure.record('post', '/clients', {});
    await tenure.call('post', `/clients/${clientId}/erasure`, 'staff').send({}).expect(403);
  });

  it('of nobody is 404', async () => {
    await tenure.call('post', `/clients/${uuidv4()}/erasure`).send({}).expect(404);
  });
});
