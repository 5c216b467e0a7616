import { describe, expect, it } from '@jest/globals';
import type { ClientFact } from '../importing/client-fact.js';
import { ImportIds } from '../importing/import-ids.js';
import { readImportLine, type ImportLine } from '../importing/import-line.js';
import { historyFile, historyLines, type HistoryOptions } from './history-generator.js';

const options: HistoryOptions = {
  seed: 1,
  clients: 400,
  from: '2023-01-01T00:00:00.000Z',
  to: '2026-11-22T00:00:00.000Z',
};
const lines = [...historyLines(options)];
const ids = new ImportIds('demo');
const facts = lines.map((line) => readImportLine(JSON.parse(line), ids, options.to) as ImportLine);
const ofType = <Type extends ClientFact['type']>(type: Type) =>
  facts
    .map(({ fact }) => fact)
    .filter((fact): fact is Extract<ClientFact, { type: Type }> => fact.type === type);
const mean = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

describe('the generator of histories', () => {
  it('gives the same lines for the same options, and others for another seed', () => {
    expect([...historyLines(options)]).toEqual(lines);
    expect([...historyLines({ ...options, seed: 2 })]).not.toEqual(lines);
  });

  it('gives a client the same life however many others there are', () => {
    const few = [...historyLines({ ...options, clients: 100 })];
    expect(lines.slice(0, few.length)).toEqual(few);
  });

  it('has written the same lines ever since', () => {
    const [first, second] = historyLines({ ...options, clients: 3, seed: 42 });
    expect([first, second]).toMatchInlineSnapshot(`
     [
       "{"type":"converted","clientRef":"C-000001","occurredAt":"2023-07-24T17:15:00.000Z","name":"Ben Varga","email":"ben.varga.1@example.com","phone":"+1 555 0126","address":"232 Canal Street","source":"search","channel":"in person","clientType":"residential","trade":"cleaning","owner":"Kim"}",
       "{"type":"serviced","clientRef":"C-000001","occurredAt":"2023-07-28T12:45:00.000Z","serviceRef":"J-1-1","serviceType":"regular clean","technician":"Mei Tan","urgency":"routine","amountMinor":14900,"currency":"CAD"}",
     ]
    `);
  });

  it('writes the import format, every line of it good', () => {
    expect(facts.filter((fact) => typeof fact === 'string')).toEqual([]);
  });

  it('keeps to the clients and the time it was asked for', () => {
    expect(new Set(facts.map(({ clientId }) => clientId)).size).toBe(options.clients);
    expect(ofType('converted')).toHaveLength(options.clients);
    for (const { fact } of facts) expect(fact.at >= options.from && fact.at < options.to).toBe(true);
  });

  it('keeps to it even where there is hardly any time', () => {
    const minute = { ...options, from: '2024-01-06T00:00:00.000Z', to: '2024-01-06T00:01:00.000Z' };
    const hurried = [...historyLines(minute)].map(
      (line) => readImportLine(JSON.parse(line), ids, minute.to) as ImportLine,
    );
    expect(hurried.map(({ fact }) => fact.type)).toEqual(Array(options.clients).fill('converted'));
  });

  it('tells of lives that could be', () => {
    const services = ofType('serviced');
    const complaints = ofType('complained');
    const resolutions = ofType('resolved');
    expect(mean(services.map(({ data }) => data.amountMinor ?? 0))).toBeGreaterThan(8_000);
    expect(Math.min(...services.map(({ data }) => data.amountMinor ?? 0))).toBeGreaterThan(1_000);
    expect(complaints.length / services.length).toBeGreaterThan(0.02);
    expect(complaints.length / services.length).toBeLessThan(0.06);
    expect(resolutions.length / complaints.length).toBeGreaterThan(0.7);
    const raised = new Map(complaints.map(({ data, at }) => [data.complaintId, at]));
    for (const { data, at } of resolutions) expect(at > (raised.get(data.complaintId) ?? at)).toBe(true);
    const hours = services.map(({ at }) => new Date(at));
    expect(hours.every((at) => at.getUTCHours() >= 8 && at.getUTCHours() < 18)).toBe(true);
    expect(hours.every((at) => at.getUTCDay() >= 1 && at.getUTCDay() <= 5)).toBe(true);
    // Some stay away after the first service, and some come for years.
    const perClient = new Map<string, number>();
    for (const { fact, clientId } of facts) {
      if (fact.type === 'serviced') perClient.set(clientId, (perClient.get(clientId) ?? 0) + 1);
    }
    const counts = [...perClient.values()].sort((a, b) => a - b);
    expect(counts[0]).toBe(1);
    expect(counts.at(-1)).toBeGreaterThan(40);
    expect(counts.length).toBeGreaterThan(0.85 * options.clients);
  });

  it('is a file for the import as well', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of historyFile(options)) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(`${lines.join('\n')}\n`);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(80_000);
  });
});
