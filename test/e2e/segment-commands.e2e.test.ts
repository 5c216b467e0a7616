import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import type { Role } from '../../src/access/role.js';
import { Tenure } from '../support/tenure.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

const lapsedRegulars = {
  name: 'Lapsed regulars',
  rule: {
    and: [
      { fact: 'state', op: 'eq', value: 'lapsed' },
      { fact: 'visits', op: 'gte', value: 3, withinDays: 730 },
    ],
  },
};

const define = (body: object, role: Role = 'staff') => tenure.call('post', '/segments', role).send(body);
const revise = (id: string, body: object, role: Role = 'staff') =>
  tenure.call('put', `/segments/${id}`, role).send(body);
const retire = (id: string, role: Role = 'staff') => tenure.call('delete', `/segments/${id}`, role);
const defined = async (): Promise<string> =>
  (await define(lapsedRegulars).expect(201)).body.segmentId as string;

describe('a segment', () => {
  it('is defined, revised and retired, each with its revision and its place in the log', async () => {
    const { body: first, headers } = await define(lapsedRegulars).expect(201);
    const { segmentId } = first as { segmentId: string };
    expect(first).toEqual({
      segmentId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      revision: 0,
      position: expect.stringMatching(/^\d+$/),
      events: [{ id: expect.any(String), type: 'SegmentDefined' }],
    });
    expect(headers).toMatchObject({ etag: '"0"', location: `/api/v1/segments/${segmentId}` });

    const changed = { ...lapsedRegulars, description: 'to be called in spring' };
    const second = await revise(segmentId, changed).expect(200);
    expect(second.body).toMatchObject({ segmentId, revision: 1, events: [{ type: 'SegmentRevised' }] });
    expect(second.headers.etag).toBe('"1"');
    expect((await revise(segmentId, changed).expect(200)).body).toMatchObject({ revision: 1, events: [] });

    const third = await retire(segmentId).expect(200);
    expect(third.body).toMatchObject({ segmentId, revision: 2, events: [{ type: 'SegmentRetired' }] });
    expect((await retire(segmentId).expect(200)).body).toMatchObject({ revision: 2, events: [] });
    const { body } = await revise(segmentId, lapsedRegulars).expect(409);
    expect(body).toMatchObject({ state: 'retired', rule: 'retired-for-good' });
  });

  it('is retired for a reason, if there is one to give', async () => {
    const id = await defined();
    const { body } = await retire(`${id}?reason=`).expect(400);
    expect(body.errors[0].path).toBe('reason');
    await retire(`${id}?because=it%20is%20over`).expect(400);
    const retired = await retire(`${id}?reason=it%20is%20over`).expect(200);
    expect(retired.body.events).toMatchObject([{ type: 'SegmentRetired' }]);
  });

  it('can have an id of the caller’s, once', async () => {
    const segmentId = uuidv4();
    const { body } = await define({ ...lapsedRegulars, segmentId: segmentId.toUpperCase() }).expect(201);
    expect(body.segmentId).toBe(segmentId);
    const { body: refusal } = await define({ ...lapsedRegulars, segmentId }).expect(409);
    expect(refusal).toMatchObject({ state: 'defined', rule: 'define-once' });
  });

  it('that nobody defined is unknown', async () => {
    await revise(uuidv4(), lapsedRegulars).expect(404);
    await retire(uuidv4()).expect(404);
  });

  it('of a state or a tag is ready-made, and none that a command can change', async () => {
    for (const id of ['state:active', 'tag:vip']) {
      for (const answer of [await revise(id, lapsedRegulars), await retire(id)]) {
        expect(answer.status).toBe(400);
        expect(answer.body.errors).toEqual([
          { path: 'id', message: expect.stringMatching(/states and tags are ready-made/) },
        ]);
      }
    }
  });
});

describe('a command to a segment', () => {
  it('sent again under the same idempotency key gets the first answer, and another body is refused', async () => {
    const key = 'spring';
    const first = await define(lapsedRegulars).set('Idempotency-Key', key).expect(201);
    const again = await define(lapsedRegulars).set('Idempotency-Key', key).expect(201);
    expect(again.body).toEqual(first.body);
    await define({ ...lapsedRegulars, name: 'Others' })
      .set('Idempotency-Key', key)
      .expect(422);
    const { segmentId } = first.body as { segmentId: string };
    const retired = await retire(segmentId).set('Idempotency-Key', 'away').expect(200);
    expect((await retire(segmentId).set('Idempotency-Key', 'away').expect(200)).body).toEqual(retired.body);
  });

  it('goes through only if the segment stands where the caller saw it', async () => {
    const id = await defined();
    const renamed = { ...lapsedRegulars, name: 'Gone' };
    await revise(id, renamed).set('If-Match', '"0"').expect(200);
    await revise(id, lapsedRegulars).set('If-Match', '"0"').expect(412);
    await retire(id).set('If-Match', '"0"').expect(412);
    await retire(id).set('If-Match', '"1"').expect(200);
  });

  it('is answered with a position that read models pass, though none of them reads segments yet', async () => {
    const { body } = await define(lapsedRegulars).expect(201);
    for (const path of ['/segments', '/clients', '/analytics/retention']) {
      const answer = await tenure.call('get', path, 'admin').set('X-Await-Position', body.position as string);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(BigInt(answer.headers['x-position'] as string)).toBeGreaterThanOrEqual(BigInt(body.position));
    }
  });

  it.each(['analyst', 'auditor'] as const)('may not come from an %s', async (role) => {
    const id = await defined();
    await define(lapsedRegulars, role).expect(403);
    await revise(id, lapsedRegulars, role).expect(403);
    await retire(id, role).expect(403);
  });
});

describe('a bad definition', () => {
  const { rule } = lapsedRegulars;
  it.each([
    [{ rule }, 'name'],
    [{ name: ' ', rule }, 'name'],
    [{ name: 'All', rule, colour: 'red' }, 'colour'],
    [{ name: 'All', rule, ruleVersion: 1 }, 'ruleVersion'],
    [{ name: 'All', rule, segmentId: 'state:active' }, 'segmentId'],
    [{ name: 'All' }, 'rule'],
    [{ name: 'All', rule: null }, 'rule'],
    [{ name: 'All', rule: 'everybody' }, 'rule'],
    [{ name: 'All', rule: { and: [rule, { fact: 'visits', op: 'gte', value: -1 }] } }, 'rule.and[1].value'],
    [{ name: 'All', rule: { fact: 'visits', op: 'gte', value: 1, since: '2024' } }, 'rule.since'],
    [{ name: 'All', rule: { not: { fact: 'shoeSize', op: 'eq', value: 43 } } }, 'rule.not.fact'],
  ])('%j is told that %s is wrong', async (body, fault) => {
    const answers = [await define(body), await revise(await defined(), body)];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([fault]);
    }
  });

  it('hides nothing in names that have a meaning to the language', async () => {
    const sent = '{"name": "All", "rule": {"fact": "onPlan", "op": "eq", "value": true, "KEY": {"a": 1}}}';
    for (const key of ['constructor', '__proto__', 'toString']) {
      const json = define({}).set('Content-Type', 'application/json');
      await json.send(sent.replace('KEY', key)).expect(400);
    }
  });
});

describe('the description of the API', () => {
  it('has the schema of rules, which speaks of itself', async () => {
    const { body } = await tenure.fetch('/docs/openapi.json').expect(200);
    expect(body.components.schemas.DefineSegmentBody.properties.rule).toMatchObject({
      allOf: [{ $ref: '#/components/schemas/SegmentRule' }],
    });
    const [and] = body.components.schemas.SegmentRule.anyOf;
    expect(and.properties.and.items).toEqual({ $ref: '#/components/schemas/SegmentRule' });
  });
});
