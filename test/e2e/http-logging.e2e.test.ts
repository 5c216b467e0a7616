import { Body, Controller, Get, Post } from '@nestjs/common';
import request from 'supertest';
import { Roles } from '../../src/access/roles.js';
import { UuidParam } from '../../src/http/validation.js';
import { Text } from '../../src/schema/fields.js';
import { outputOf } from '../support/captured-output.js';
import { ADMIN_KEY, startHttpApp, type HttpApp } from '../support/http-app.js';

const ID = '5f0c7a52-6f0a-4b6e-9d0e-0a4b2a7b1c11';

class Person {
  @Text({ about: 'who', personal: true })
  name!: string;
}

@Roles('staff')
@Controller('people')
class People {
  @Post()
  add(@Body() _body: Person) {}

  @Get(':id')
  one(@UuidParam('id') id: string) {
    return { id };
  }

  @Get(':id/bug')
  bug() {
    throw new TypeError('a bug');
  }
}

let http: HttpApp;
const asAdmin = (test: request.Test) => test.set('Authorization', `Bearer ${ADMIN_KEY}`);
const linesOf = (output: string) =>
  output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

beforeAll(() =>
  outputOf(async () => {
    http = await startHttpApp({ controllers: [People], logLevel: 'debug' });
  }),
);
afterAll(() => outputOf(() => http.close()));

describe('the log', () => {
  it('has a line for each request: its route, without ids, texts, bodies or tokens', async () => {
    const output = await outputOf(async () => {
      await asAdmin(request(http.server).get(`/api/v1/people/${ID}?search=Meier`));
      await asAdmin(request(http.server).post('/api/v1/people')).send({ name: 'Meier' });
      await asAdmin(request(http.server).post('/api/v1/people')).send({ name: '', Meier: 1 });
      await request(http.server).get('/api/v1/nowhere/Meier').set('Authorization', 'Bearer tnr_of_Meier');
    });
    const answered = linesOf(output).map(({ params: { method, route, status } }) => [method, route, status]);
    expect(answered).toEqual([
      ['GET', '/api/v1/people/:id', 200],
      ['POST', '/api/v1/people', 201],
      ['POST', '/api/v1/people', 400],
      ['GET', '(no route)', 404],
    ]);
    expect(output).not.toMatch(new RegExp(`${ID}|Meier|${ADMIN_KEY}|tnr_`));
  });

  it('has what went wrong under the request id that the answer names', async () => {
    let answer!: request.Response;
    const output = await outputOf(async () => {
      answer = await asAdmin(request(http.server).get(`/api/v1/people/${ID}/bug?search=Meier`));
    });
    const [fault] = linesOf(output);
    expect(fault).toMatchObject({
      level: 'error',
      params: {
        requestId: answer.body.requestId,
        route: '/api/v1/people/:id/bug',
        error: {
          name: 'TypeError',
          message: 'a bug',
          at: expect.arrayContaining([expect.stringMatching(/People/)]),
        },
      },
    });
    expect(output).not.toMatch(new RegExp(`${ID}|Meier|${ADMIN_KEY}`));
  });

  it('never has the failed statement of a database with its values', async () => {
    const output = await outputOf(async () => {
      await http.database.query('ALTER TABLE api_key RENAME COLUMN role TO rolle');
      try {
        const answer = await request(http.server)
          .get(`/api/v1/people/${ID}`)
          .set('Authorization', 'Bearer tnr_x');
        expect(answer.status).toBe(500);
        expect(answer.text).not.toMatch(/column|api_key|role/);
      } finally {
        await http.database.query('ALTER TABLE api_key RENAME COLUMN rolle TO role');
      }
    });
    expect(output).toContain('42703');
    expect(output).not.toMatch(/SELECT|tnr_x/);
  });
});
