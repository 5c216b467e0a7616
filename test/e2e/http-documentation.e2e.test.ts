import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import request from 'supertest';
import { Public, Roles } from '../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import { IdempotencyKey } from '../../src/http/idempotency-key.js';
import { IfMatch } from '../../src/http/if-match.js';
import { ApiPage } from '../../src/http/page-schema.js';
import { PageQuery } from '../../src/http/paging.js';
import { Rows } from '../../src/http/representation.js';
import { UuidParam } from '../../src/http/validation.js';
import { Text } from '../../src/schema/fields.js';
import { startHttpApp, type HttpApp } from '../support/http-app.js';

class Order {
  @Text({ about: 'who' })
  name!: string;
}

@Roles('staff')
@Controller('orders')
class Orders {
  @Post()
  create(
    @Body() _body: Order,
    @IdempotencyKey() _key: string | undefined,
    @IfMatch() _at: number | undefined,
  ) {}

  @ApiPage(Order)
  @Rows()
  @Get()
  list(@Query() _query: PageQuery) {}

  @Get(':id')
  one(@UuidParam('id') _id: string, @AwaitPosition() _until: Await | undefined) {}

  @Public()
  @Get('open/to/all')
  open() {}
}

let http: HttpApp;
const call = () => request(http.server);

beforeAll(async () => {
  http = await startHttpApp({ controllers: [Orders] });
});
afterAll(() => http.close());

describe('the documentation', () => {
  it('needs no token and nothing from elsewhere', async () => {
    const page = await call().get('/docs');
    expect(page.status).toBe(200);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
    expect(links).toHaveLength(4);
    for (const link of links) {
      expect(link).toMatch(/^docs\//);
      const { statusCode, rawPayload } = await http.app.inject(`/${link}`);
      expect([statusCode, rawPayload.length > 100]).toEqual([200, true]);
    }
    expect((await call().get('/docs/swagger-ui-bundle.js')).headers['content-type']).toMatch(
      /^text\/javascript/,
    );
    expect((await call().get('/docs/start.js')).text).toContain('validatorUrl: null');
    expect((await call().get('/docs/')).headers.location).toBe('../docs');
  });

  it('describes every route with its roles, headers, media types and problems', async () => {
    const { body: document } = await call().get('/docs/openapi.json');
    const { get: list, post: create } = document.paths['/api/v1/orders'];
    expect(list['x-roles']).toEqual(['admin', 'staff']);
    expect(document.security).toEqual([{ bearer: [] }]);
    expect(list.responses['200'].headers).toHaveProperty('Link');
    expect(Object.keys(list.responses['200'].content)).toEqual(['application/json', 'text/csv']);
    expect(create.parameters.map(({ name }: { name: string }) => name)).toEqual([
      'If-Match',
      'Idempotency-Key',
    ]);
    expect(create.responses['201'].headers).toHaveProperty('ETag');
    expect(create.responses['4XX'].content).toHaveProperty('application/problem+json');
    const one = document.paths['/api/v1/orders/{id}'].get;
    expect(one.parameters).toContainEqual({
      ...{ name: 'id', in: 'path', required: true },
      schema: { type: 'string', format: 'uuid' },
    });
    expect(one.responses['200'].headers).toHaveProperty('X-Position');
    expect(document.paths['/api/v1/orders/open/to/all'].get).toMatchObject({ security: [] });
    expect(document.paths['/api/v1/orders/open/to/all'].get).not.toHaveProperty('x-roles');
    expect(document.components.schemas.Problem.required).toEqual(['type', 'title', 'status']);
  });

  it('explains every type of problem where the type points', async () => {
    const { type } = (await call().get('/nothing')).body;
    const [page, anchor] = type.split('#');
    const answer = await call().get(page);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain(`id="${anchor}"`);
  });
});
