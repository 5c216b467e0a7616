import { describe, expect, it } from '@jest/globals';
import type { ResolvedEvent } from '@eventstore/db-client';
import { clientEvents, type ClientEvent } from '../client/client.events.js';
import { Codec, UnreadableEvent } from './codec.js';
import { defineEvent } from './event-definition.js';
import type { CommandContext } from './envelope.js';
import { hashOf } from './hash-chain.js';

const codec = new Codec<ClientEvent>(clientEvents);
const context: CommandContext = {
  commandId: '6f1c2d2e-1111-4222-8333-444455556666',
  correlationId: 'c1',
  causationId: 'c0',
  fingerprint: 'f',
  actor: { id: 'u1', role: 'staff' },
  source: 'api',
};
const tagged: ClientEvent = {
  type: 'TagAdded',
  data: { tag: 'vip' },
  occurredAt: '2024-01-02T09:00:00.000Z',
};
const none = { revision: -1, hash: undefined };

/** What the client hands back for a stored event. */
const resolved = (stored: object): ResolvedEvent =>
  ({
    event: {
      streamId: 'client-1',
      revision: 0n,
      id: 'e1',
      type: 'TagAdded',
      created: new Date('2024-01-02T09:00:01Z'),
      position: { commit: 7n, prepare: 7n },
      data: { tag: 'vip' },
      metadata: { schemaVersion: 1, occurredAt: tagged.occurredAt },
      ...stored,
    },
  }) as unknown as ResolvedEvent;

describe('the codec', () => {
  it('reads back what it wrote', () => {
    const [stored] = codec.encode('client-1', [tagged], context, none);
    const recorded = codec.decode(resolved(stored as object));
    expect(recorded.event).toEqual(tagged);
    expect(recorded).toMatchObject({
      stream: 'client-1',
      revision: 0,
      position: 7n,
      recordedAt: '2024-01-02T09:00:01.000Z',
    });
    expect(recorded.envelope).toMatchObject({
      actor: { id: 'u1', role: 'staff' },
      source: 'api',
      schemaVersion: 1,
    });
  });

  it('gives the same event ids whenever a command is encoded', () => {
    const ids = () => codec.encode('client-1', [tagged, tagged], context, none).map(({ id }) => id);
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(2);
  });

  it('chains each event to the one before it by the hash of its stored form', () => {
    const stored = codec.encode('client-1', [tagged, tagged], context, { revision: 4, hash: 'before' });
    const metadata = stored.map((event) => event.metadata as { hash: string; prevHash?: string });
    expect(metadata[0]?.prevHash).toBe('before');
    expect(metadata[1]?.prevHash).toBe(metadata[0]?.hash);
    const { hash, ...rest } = metadata[1] as { hash: string };
    const { id = '', type = '', data } = stored[1] ?? {};
    expect(hashOf({ stream: 'client-1', revision: 6, id, type, data, metadata: rest as never })).toBe(hash);
  });

  it('brings an old shape up to the present one, step by step', () => {
    class Named {
      name!: string;
    }
    const Renamed = defineEvent({
      type: 'Renamed',
      version: 3,
      meaning: '',
      data: Named,
      upcast: { 1: ({ n }) => ({ title: n }), 2: ({ title }) => ({ name: title }) },
    });
    const decoded = new Codec({ Renamed }).decode(
      resolved({
        type: 'Renamed',
        data: { n: 'Ada' },
        metadata: { schemaVersion: 1, occurredAt: tagged.occurredAt },
      }),
    );
    expect(decoded.event.data).toEqual({ name: 'Ada' });
  });

  it.each([
    ['an unknown type', { type: 'Strange' }, /type Strange is unknown/],
    ['a type named like an object’s own parts', { type: 'constructor' }, /type constructor is unknown/],
    ['malformed JSON, which the client hands on as text', { data: '{"tag":' }, /data is not a JSON object/],
    [
      'malformed metadata, which the client hands on as bytes',
      { metadata: new Uint8Array([1]) },
      /metadata is not a JSON object/,
    ],
    ['a shape from the future', { metadata: { schemaVersion: 9 } }, /shape 9 is newer than 1/],
    ['no position', { position: undefined }, /gave no position/],
  ])('refuses %s, naming the place', (_, stored, why) => {
    expect(() => codec.decode(resolved(stored))).toThrow(UnreadableEvent);
    expect(() => codec.decode(resolved(stored))).toThrow(why);
    expect(() => codec.decode(resolved(stored))).toThrow(/client-1@0/);
  });
});
