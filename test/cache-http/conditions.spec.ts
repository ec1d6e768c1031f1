import { Controller, Get, Header, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Cached, type CachedRequest } from '../../src/cache/index.js';
import { TestClock } from '../support/test-clock.js';
import { OriginDown, startHttpApp, type HttpApp } from './support/http-app.js';
import { send, type Answer } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

let origin: Origin;
let isDown = false;
const tags = ({ params }: CachedRequest) => [thingTag(params['id'] ?? '')];

@Controller()
class ThingController {
  @Get('things/:id')
  @Cached({ scope: 'shared', tags, staleIfError: '1h' })
  async find(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    if (isDown) {
      reply.code(503).header('X-Failed', 'yes').header('Set-Cookie', 'failed=yes');
      throw new OriginDown();
    }
    reply
      .header('Content-Language', 'de')
      .header('Content-Location', `/things/${id}`)
      .header('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
      .header('Expires', 'Thu, 01 Jan 2026 00:00:00 GMT')
      .header('X-Kept', 'yes');
    return { name: await origin.read(id) };
  }

  @Get('public/:id')
  @Cached({ scope: 'shared', tags, cacheControl: 'public, max-age=60' })
  async public(@Param('id') id: string) {
    return { name: await origin.read(id) };
  }

  @Get('preset/:id')
  @Header('Cache-Control', 'private, max-age=7')
  @Cached({ scope: 'shared', tags })
  async preset(@Param('id') id: string) {
    return { name: await origin.read(id) };
  }

  @Get('bad/:id')
  @Cached({ scope: 'shared', tags })
  async bad(@Req() request: FastifyRequest) {
    await origin.read('00000000-0000-4000-8000-000000000000');
    return { url: request.url };
  }
}

describe('HTTP on a cached route', () => {
  const clock = new TestClock();
  let app: HttpApp;
  let id: string;
  beforeAll(async () => {
    origin = await Origin.open();
    app = await startHttpApp({ databaseUrl: origin.url, controllers: [ThingController], clock });
  });
  beforeEach(async () => {
    isDown = false;
    id = await origin.add('Doe');
  });
  afterAll(async () => {
    await app.close();
    await origin.close();
  });

  const ask = (headers: Record<string, string> = {}, path = 'things', method = 'GET') =>
    send(app.url, `/${path}/${id}`, { headers, method });
  const statusOf = ({ headers }: Answer) => String(headers['cache-status']);
  const reads = () => origin.reads.filter((read) => read === id).length;

  describe('If-None-Match', () => {
    it.each<[string, (etag: string) => string, number]>([
      ['the entity tag', (etag) => etag, 304],
      ['it weakly', (etag) => `W/${etag}`, 304],
      ['a list with it', (etag) => `"other", ${etag} , "more"`, 304],
      ['a list with it, weak and without spaces', (etag) => `W/"a,b",W/${etag}`, 304],
      ['*', () => '*', 304],
      ['another', () => '"other"', 200],
      ['it without quotes', (etag) => etag.replaceAll('"', ''), 200],
      ['a part of it', (etag) => `${etag.slice(0, -3)}"`, 200],
      ['it in other letters', (etag) => etag.toUpperCase(), 200],
      ['nothing', () => '', 200],
      ['what is no list', () => '"""",,W/W/"', 200],
      ['very much', () => '"'.repeat(15_000), 200],
    ])('%s', async (_, valueOf, expected) => {
      const { headers } = await ask();
      const answer = await ask({ 'if-none-match': valueOf(String(headers.etag)) });

      expect(answer.status).toBe(expected);
      expect(answer.headers.etag).toBe(headers.etag);
      expect(answer.text).toBe(expected === 304 ? '' : '{"name":"Doe"}');
    });

    it('on a miss: the handler runs, and 304 if the client has it already', async () => {
      const { headers } = await ask();
      const again = await ask({ 'if-none-match': String(headers.etag), 'cache-control': 'no-cache' });

      expect([again.status, reads(), statusOf(again)]).toEqual([304, 2, 'careline; fwd=request; stored']);
    });

    it('after a change: the new bytes, with another entity tag', async () => {
      const { headers } = await ask();
      await origin.rename(id, 'Roe');
      const answer = await ask({
        'if-none-match': String(headers.etag),
        'cache-versions': `patient:${id}=9.z`,
      });

      expect([answer.status, answer.text]).toEqual([200, '{"name":"Roe"}']);
      expect(answer.headers.etag).not.toBe(headers.etag);
    });

    it('304 has the fields that a 200 would have, and none that describe a representation', async () => {
      const full = await ask();
      const { headers, body } = await ask({ 'if-none-match': '*' });

      expect(body).toHaveLength(0);
      expect(headers).toMatchObject({
        'cache-control': 'private, no-cache',
        'content-location': `/things/${id}`,
        etag: full.headers.etag,
        expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
        vary: full.headers.vary,
        'x-kept': 'yes',
        age: '0',
      });
      expect(headers.date).toBeDefined();
      for (const name of [
        'content-type',
        'content-length',
        'content-language',
        'last-modified',
        'transfer-encoding',
      ])
        expect(headers).not.toHaveProperty(name);
    });

    it('an error is never turned into a 304', async () => {
      isDown = true;
      expect((await ask({ 'if-none-match': '*' })).status).toBe(500);
    });
  });

  describe('Age and Cache-Control', () => {
    it('Age counts from the load; a loaded answer has none', async () => {
      const loaded = await ask();
      clock.advance(90_500);
      const hit = await ask();

      expect(loaded.headers).not.toHaveProperty('age');
      expect(hit.headers.age).toBe('90');
      const ttl = Number(/^careline; hit; ttl=(\d+); detail=L1$/.exec(statusOf(hit))?.[1]);
      expect(ttl).toBeGreaterThan(3_600 * 0.9 - 91);
      expect(ttl).toBeLessThan(3_600 * 1.1 - 89);
    });

    it.each([
      ['things', 'private, no-cache'],
      ['public', 'public, max-age=60'],
      ['preset', 'private, max-age=7'],
    ])('%s: %s, on a miss and on a hit', async (path, value) => {
      const answers = [await ask({}, path), await ask({}, path)];

      expect(answers.map(({ headers }) => headers['cache-control'])).toEqual([value, value]);
      expect(answers.map(({ headers }) => headers.vary)).toEqual(['authorization', 'authorization']);
    });
  });

  describe('what a request says about caches', () => {
    it.each([
      [{ 'cache-control': 'no-cache' }],
      [{ 'cache-control': 'max-age=0' }],
      [{ 'cache-control': 'MAX-AGE="0", x=y' }],
      [{ 'cache-control': 'max-stale , No-Cache' }],
      [{ pragma: 'no-cache' }],
      [{ pragma: 'x, No-Cache' }],
    ])('%j: answered by the origin, and kept', async (headers) => {
      await ask();
      await origin.rename(id, 'Doe');
      const answer = await ask(headers);

      expect([reads(), statusOf(answer)]).toEqual([2, 'careline; fwd=request; stored']);
      expect(statusOf(await ask())).toMatch(/^careline; hit;/);
    });

    it('no-store: answered by the origin; neither read from nor written to the cache', async () => {
      const first = await ask({ 'cache-control': 'no-store' });
      await ask();
      const second = await ask({ 'cache-control': 'no-store' });

      expect([statusOf(first), statusOf(second)]).toEqual(
        Array(2).fill('careline; fwd=bypass; detail=bypass'),
      );
      expect(reads()).toBe(3);
      expect(first.headers['cache-control']).toBe('private, no-store');
    });

    it.each([
      [{ 'cache-control': 'max-age=3600' }],
      [{ 'cache-control': 'no-transform, x="no-cache"' }],
      [{ 'cache-control': '' }],
      [{ 'cache-control': 'max-age=0, max-stale', pragma: 'x' }, 2],
      [{ 'cache-control': 'x', pragma: 'no-cache' }],
    ])('%j', async (headers, loads = 1) => {
      await ask();
      await ask(headers);

      expect(reads()).toBe(loads);
    });

    it('only-if-cached: what is there, else 504, and the origin is not asked', async () => {
      const miss = await ask({ 'cache-control': 'only-if-cached' });
      expect([miss.status, reads()]).toEqual([504, 0]);
      await ask();

      const hit = await ask({ 'cache-control': 'only-if-cached' });
      const kept = await ask({ 'cache-control': 'only-if-cached, no-store' });
      const fresh = await ask({ 'cache-control': 'only-if-cached, no-cache' });
      const undeclared = await send(app.url, `/things/${id}?x=1`, {
        headers: { 'cache-control': 'only-if-cached' },
      });
      const head = await ask({ 'cache-control': 'only-if-cached' }, 'things', 'HEAD');

      expect([hit, kept, fresh, undeclared, head].map(({ status }) => status)).toEqual([
        200, 200, 504, 504, 200,
      ]);
      expect(reads()).toBe(1);
    });
  });

  describe('an origin that is down', () => {
    const stale = async (headers: Record<string, string> = {}) => {
      await ask();
      isDown = true;
      await origin.rename(id, 'Roe');
      clock.advance(60_000);
      return ask({ 'cache-versions': `patient:${id}=9.z`, ...headers });
    };

    it('the older answer, marked as such, with nothing of the failed attempt', async () => {
      const answer = await stale();

      expect([answer.status, answer.text]).toEqual([200, '{"name":"Doe"}']);
      expect(answer.headers).toMatchObject({ age: '60', 'x-kept': 'yes' });
      expect(statusOf(answer)).toBe('careline; hit; ttl=-60; detail=stale-if-error');
      expect(answer.headers).not.toHaveProperty('x-failed');
      expect(answer.headers).not.toHaveProperty('set-cookie');
    });

    it('HEAD, too', async () => {
      await stale();
      const answer = await ask({ 'cache-versions': `patient:${id}=9.z` }, 'things', 'HEAD');

      expect([answer.status, answer.headers.age, answer.text]).toEqual([200, '60', '']);
    });

    it('who asks for what is fresh does not get what is old', async () => {
      expect((await stale({ 'cache-control': 'no-cache' })).status).toBe(500);
    });

    it('304, where the client has the older answer', async () => {
      const { headers } = await ask();
      const answer = await stale({ 'if-none-match': String(headers.etag) });

      expect([answer.status, answer.headers.age]).toEqual([304, '60']);
    });
  });

  it('every Cache-Status is a structured field of RFC 9211', async () => {
    await ask();
    const answers = [
      await ask(),
      await ask({ 'cache-control': 'no-cache' }),
      await ask({ 'cache-control': 'no-store' }),
      await ask({}, 'public'),
      await send(app.url, `/things/${id}?x`),
      await send(app.url, '/bad/no-uuid'),
    ];
    const parameter =
      /; (?:hit|stored|collapsed|fwd=(?:bypass|miss|request)|ttl=-?\d{1,15}|detail=[a-zA-Z*][\w.*:/-]*)/;
    for (const answer of answers) {
      expect(statusOf(answer)).toMatch(new RegExp(`^careline(?:${parameter.source})+$`));
      expect(statusOf(answer)).toMatch(/; (?:hit|fwd)/);
      expect(statusOf(answer)).not.toMatch(/; hit.*; fwd|; fwd.*; hit/);
    }
    expect(statusOf(answers[5]!)).toBe('careline; fwd=bypass; detail=tags-failed');
  });
});
