import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import request from 'supertest';
import { Public, Roles } from '../../src/access/roles.js';
import { EventStoreUnavailable, RevisionConflict } from '../../src/event-store/event-store.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import { IdempotencyKey } from '../../src/http/idempotency-key.js';
import { IfMatch } from '../../src/http/if-match.js';
import { Keyset, PageQuery } from '../../src/http/paging.js';
import { Rows, Writes } from '../../src/http/representation.js';
import { UuidParam } from '../../src/http/validation.js';
import { MinorUnits, Text } from '../../src/schema/fields.js';
import { QueryList } from '../../src/schema/query-fields.js';
import { ADMIN_KEY, openRoutes, startHttpApp, type HttpApp } from '../support/http-app.js';

class Line {
  @MinorUnits({ about: 'amount' })
  amountMinor!: number;
}

class Order {
  @Text({ about: 'who', personal: true })
  name!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  services!: Line[];
}

class OrderQuery extends PageQuery {
  @QueryList({ about: 'kinds', choices: ['open', 'paid'], optional: true })
  kind?: string[];

  @Text({ about: 'words', optional: true })
  search?: string;
}

const all = Array.from({ length: 5 }, (_, n) => ({ n, by: { name: n === 1 ? '=cmd()' : `n${n}` } }));
const byNumber = new Keyset('orders.n', ['integer']);

@Roles('staff')
@Controller('orders')
class Orders {
  @Post()
  create(
    @Body() body: Order,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() onlyAt: number | undefined,
  ) {
    return { lines: body.services.length, key: key ?? null, onlyAt: onlyAt ?? null };
  }

  @Rows()
  @Get()
  list(@Query() query: OrderQuery) {
    const [after] = byNumber.after(query) ?? [-1];
    const rows = all.filter(({ n }) => n > after).slice(0, query.limit + 1);
    return byNumber.page(rows, query, ({ n }) => [n]);
  }

  @Writes('application/x-ndjson')
  @Get('stream')
  stream() {
    return new StreamableFile(Readable.from(['{"n":1}\n', '{"n":2}\n']), { type: 'application/x-ndjson' });
  }

  @Get('awaited')
  awaited(@AwaitPosition() until: Await | undefined) {
    return until ? { position: String(until.position), timeoutMs: until.timeoutMs } : {};
  }

  @Get(':id')
  one(@UuidParam('id') id: string) {
    return { id };
  }
}

@Public()
@Controller('faults')
class Faults {
  @Get('bug')
  bug() {
    throw new TypeError('a bug');
  }

  @Get('moved')
  moved() {
    throw new RevisionConflict('client-1', 3);
  }

  @Get('down')
  down() {
    throw new EventStoreUnavailable(new Error('connect ECONNREFUSED 10.9.8.7:2113'));
  }

  @Post('late')
  @HttpCode(200)
  late() {
    return Promise.reject(new Error('later'));
  }
}

@Controller('unmarked')
class Unmarked {
  @Get()
  get() {
    return { secret: true };
  }
}

let http: HttpApp;
const call = () => request(http.server);
const asAdmin = (test: request.Test) => test.set('Authorization', `Bearer ${ADMIN_KEY}`);
const order = { name: 'Ann', services: [{ amountMinor: 1 }] };

beforeAll(async () => {
  http = await startHttpApp({ controllers: [Orders, Faults, Unmarked] });
});
afterAll(() => http.close());

function asText(answer: request.Response, done: (error: Error | null, text: string) => void): void {
  let text = '';
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
  answer.on('end', () => done(null, text));
}

function expectProblem(answer: request.Response, status: number, kind: string) {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.body).toMatchObject({ type: `/docs/problems#${kind}`, status });
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).not.toMatch(/\n? {4}at |node_modules|\.ts:/);
}

describe('who may call', () => {
  it('nobody without a token, on any route of any controller that is not public', async () => {
    expect(await openRoutes(http.app, http.routes)).toEqual([
      ...['GET /api/v1/faults/bug', 'GET /api/v1/faults/moved', 'GET /api/v1/faults/down'],
      'POST /api/v1/faults/late',
    ]);
    expect(http.routes.length).toBeGreaterThan(9);
  });

  it('nobody at all where a route does not say who', async () => {
    expectProblem(await asAdmin(call().get('/api/v1/unmarked')), 403, 'forbidden');
  });

  it.each(['Bearer', 'Bearer ', 'Basic YTpi', `Bearer ${ADMIN_KEY}x`, `Bearer ${ADMIN_KEY} x`, ADMIN_KEY])(
    'not with %s',
    async (authorization) => {
      const answer = await call().get('/api/v1/orders').set('Authorization', authorization);
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    },
  );

  it('an admin may do what staff may', async () => {
    expect((await asAdmin(call().get('/api/v1/orders'))).status).toBe(200);
  });
});

describe('addresses and methods', () => {
  it('an unknown address is 404', async () => {
    for (const path of ['/', '/nothing', '/api/v1', '/api/v1/nothing?x=1', '/api/v2/orders', '/docs/nothing'])
      expectProblem(await call().get(path), 404, 'unknown');
    expect((await call().get('/api/v1/nothing?search=ann')).body.instance).toBe('/api/v1/nothing');
  });

  it('a method that does not apply is 405 and says which do', async () => {
    const answer = await call().put('/api/v1/orders').send(order);
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expectProblem(await call().post('/api/v1/orders/5').send({}), 405, 'method-not-allowed');
  });

  it('OPTIONS says which methods there are, and opens nothing to other origins', async () => {
    const answer = await call().options('/api/v1/orders').set('Origin', 'https://elsewhere.example');
    expect([answer.status, answer.headers.allow]).toEqual([204, 'GET, HEAD, POST']);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expectProblem(await call().options('/api/v1/nothing'), 404, 'unknown');
  });

  it('HEAD answers as GET does, without the body', async () => {
    const answer = await asAdmin(call().head('/api/v1/orders'));
    expect([answer.status, answer.text]).toEqual([200, undefined]);
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(10);
    expect((await call().head('/api/v1/orders')).status).toBe(401);
  });

  it('a URL that cannot be decoded is 400', async () => {
    const answer = await call().get('/api/v1/orders/%zz');
    expectProblem(answer, 400, 'bad-request');
    expect(answer.body.errors).toEqual([{ path: 'url', message: 'is not valid percent-encoding' }]);
  });

  it('an id that is no UUID is 400 and named', async () => {
    const answer = await asAdmin(call().get('/api/v1/orders/17'));
    expectProblem(answer, 400, 'bad-request');
    expect(answer.body.errors).toEqual([{ path: 'id', message: 'id must be a UUID' }]);
    const id = '5F0C7A52-6F0A-4B6E-9D0E-0A4B2A7B1C11';
    expect((await asAdmin(call().get(`/api/v1/orders/${id}`))).body).toEqual({ id: id.toLowerCase() });
  });

  it('what is not HTTP is 400 as well', async () => {
    const { port } = http.server.address() as { port: number };
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  });
});

describe('bodies', () => {
  const post = () => asAdmin(call().post('/api/v1/orders'));

  it('are JSON, whatever its parameters', async () => {
    expect((await post().send(order)).body).toEqual({ lines: 1, key: null, onlyAt: null });
    const typed = post().set('Content-Type', 'application/json; charset=UTF-8');
    expect((await typed.send(JSON.stringify(order))).status).toBe(201);
  });

  it('that are malformed are 400 and not quoted back', async () => {
    for (const text of [
      '{"name": "Ann',
      'Ann',
      '{"__proto__": {"admin": true}}',
      '{"constructor": {"prototype": 1}}',
    ]) {
      const answer = await post().set('Content-Type', 'application/json').send(text);
      expectProblem(answer, 400, 'bad-request');
      expect(answer.body.errors).toEqual([{ path: 'body', message: 'is not valid JSON' }]);
    }
  });

  it('that are empty count as none', async () => {
    const answer = await post().set('Content-Type', 'application/json').send('');
    expectProblem(answer, 400, 'bad-request');
    expect(answer.body.errors[0].path).toBe('name');
  });

  it('with unknown or wrong fields are 400 with a path for each', async () => {
    const answer = await post().send({ ...order, services: [{ amountMinor: 'x' }], vip: true });
    expectProblem(answer, 400, 'bad-request');
    expect(answer.body.errors).toEqual([
      { path: 'vip', message: 'unknown field' },
      { path: 'services.0.amountMinor', message: 'amountMinor must be an integer number' },
    ]);
  });

  it('beyond 1 MiB are 413', async () => {
    expectProblem(await post().send({ ...order, name: 'x'.repeat(1_048_576) }), 413, 'too-large');
  });

  it('of another type are 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'multipart/form-data',
    ])
      expectProblem(await post().set('Content-Type', type).send('name=Ann'), 415, 'unsupported-media-type');
  });

  it('of any JSON whatever never cause a fault of ours', async () => {
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 6 }),
      fc.record({ name: fc.jsonValue(), services: fc.jsonValue() }, { requiredKeys: [] }),
      fc.record({ name: fc.string(), services: fc.array(fc.jsonValue()) }),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
        const url = '/api/v1/orders';
        const answer = await http.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
        expect([201, 400]).toContain(answer.statusCode);
      }),
      { numRuns: 200 },
    );
  });
});

describe('headers of a command or a query', () => {
  it('arrive parsed', async () => {
    const post = asAdmin(call().post('/api/v1/orders')).set('Idempotency-Key', 'k-1').set('If-Match', '"7"');
    expect((await post.send(order)).body).toEqual({ lines: 1, key: 'k-1', onlyAt: 7 });
    const get = asAdmin(call().get('/api/v1/orders/awaited')).set('X-Await-Position', '42');
    expect((await get.set('X-Await-Timeout', '10')).body).toEqual({ position: '42', timeoutMs: 10 });
  });

  it('that are nonsense are 400 and named', async () => {
    const answer = await asAdmin(call().post('/api/v1/orders')).set('If-Match', '*').send(order);
    expectProblem(answer, 400, 'bad-request');
    expect(answer.body.errors[0].path).toBe('If-Match');
  });
});

describe('lists', () => {
  const list = (query = '') => asAdmin(call().get(`/api/v1/orders${query}`));

  it('are read page by page, by the link or by the cursor', async () => {
    const seen = [];
    let next: string | undefined = '/api/v1/orders?limit=2&kind=open&kind=paid&search=J%C3%BCrg';
    while (next) {
      const answer: request.Response = await asAdmin(call().get(next));
      seen.push(...answer.body.items.map(({ n }: { n: number }) => n));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.link ?? '')?.[1];
      expect(next === undefined).toBe(answer.body.nextCursor === undefined);
      if (next) expect(next).toMatch(/limit=2&kind=open&kind=paid&search=J%C3%BCrg&cursor=/);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=201', 'limit'],
    ['?limit=1&limit=2', 'limit'],
    ['?cursor=eyJub3QiOiJvbmUifQ', 'cursor'],
    ['?cursor=', 'cursor'],
    ['?kind=open,closed', 'kind'],
    ['?search=a&search=b', 'search'],
    ['?page=2', 'page'],
  ])('with %s are 400 and name the parameter', async (query, path) => {
    const answer = await list(query);
    expectProblem(answer, 400, 'bad-request');
    expect(answer.body.errors).toEqual([expect.objectContaining({ path })]);
  });

  it('are to be had as CSV, with the link and without formulas', async () => {
    const answer = await list('?limit=2').set('Accept', 'text/csv');
    expect(answer.headers['content-type']).toMatch(/^text\/csv; charset=utf-8/);
    expect(answer.headers.link).toMatch(/rel="next"/);
    expect(answer.headers.vary).toBe('accept');
    expect(answer.text).toBe("n,by.name\r\n0,n0\r\n1,'=cmd()\r\n");
  });

  it('are JSON for whoever takes anything', async () => {
    expect((await list().set('Accept', '*/*')).body.items).toHaveLength(5);
  });

  it('are 406 in any other type, with the fault as JSON all the same', async () => {
    expectProblem(await list().set('Accept', 'text/html'), 406, 'not-acceptable');
    const one = call().get('/api/v1/orders/5f0c7a52-6f0a-4b6e-9d0e-0a4b2a7b1c11').set('Accept', 'text/csv');
    expectProblem(await asAdmin(one), 406, 'not-acceptable');
  });
});

describe('streams', () => {
  it('come in their own type, and in no other', async () => {
    const stream = () => asAdmin(call().get('/api/v1/orders/stream'));
    const answer = await stream().set('Accept', 'application/x-ndjson').buffer(true).parse(asText);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(answer.body).toBe('{"n":1}\n{"n":2}\n');
    expectProblem(await stream().set('Accept', 'application/json'), 406, 'not-acceptable');
  });
});

describe('faults', () => {
  it('of ours are 500 with a request id, and nothing else of them gets out', async () => {
    const answer = await call().get('/api/v1/faults/bug');
    expectProblem(answer, 500, 'internal');
    expect(answer.body).not.toHaveProperty('detail');
    expect(answer.body.requestId).toBe(answer.headers['x-request-id']);
    expectProblem(await call().post('/api/v1/faults/late').send({}), 500, 'internal');
  });

  it('of a dependency are 503, say when to try again, and not where it is', async () => {
    const answer = await call().get('/api/v1/faults/down');
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.text).not.toContain('10.9.8.7');
  });

  it('of a revision that has passed are 412', async () => {
    expectProblem(await call().get('/api/v1/faults/moved'), 412, 'precondition-failed');
  });
});

describe('closing', () => {
  it('lets a call under way come to its end', async () => {
    let answerNow!: () => void;
    let begun!: () => void;
    const called = new Promise<void>((resolve) => (begun = resolve));
    const held = new Promise<void>((resolve) => (answerNow = resolve));

    @Public()
    @Controller('slow')
    class Slow {
      @Get()
      async get() {
        begun();
        await held;
        return { done: true };
      }
    }
    const other = await startHttpApp({ controllers: [Slow] });
    const answer = request(other.server)
      .get('/api/v1/slow')
      .then(({ body }) => body as unknown);
    await called;
    const closed = other.close();
    answerNow();
    expect(await answer).toEqual({ done: true });
    await closed;
    expect(other.server.listening).toBe(false);
  });
});

describe('every answer', () => {
  it('carries security headers and a request id of ours, is kept by no cache, and does not say what runs here', async () => {
    const sent = call().get('/api/v1/orders').set('X-Request-Id', 'forged').set('X-Forwarded-For', '1.2.3.4');
    const { headers } = await asAdmin(sent);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });
});
