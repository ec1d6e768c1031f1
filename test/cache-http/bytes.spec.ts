import { randomUUID } from 'node:crypto';
import { Controller, Get, Header, Param, Req, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Cached } from '../../src/cache/index.js';
import { Gate } from '../support/cache-gate.js';
import { waitUntil } from '../support/wait-until.js';
import { sharedStore, startHttpApp, type HttpApp } from './support/http-app.js';
import { sameOf, send, type Answer } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

let origin: Origin;
let gate: Gate | undefined;

const SHELF = randomUUID();
/** What every load here depends on, and waits for. */
const load = async () => {
  await origin.read(SHELF);
  await gate?.pass();
};
const shelf = () => [thingTag(SHELF)];
const bytes = new Uint8Array([0, 255, 10, 13, 128]);

@Controller('bytes')
class BytesController {
  @Get('json/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async json(@Param('n') n: string) {
    await load();
    return { n, text: 'ü "quoted" \u2028', nested: [{ a: undefined, b: null, c: new Date(0) }] };
  }

  @Get('text/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async text() {
    await load();
    return 'grüß';
  }

  @Get('empty/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async empty() {
    await load();
    return '';
  }

  @Get('buffer/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async buffer() {
    await load();
    return Buffer.from(bytes);
  }

  @Get('view/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async view() {
    await load();
    return new DataView(bytes.buffer, 1, 3);
  }

  @Get('number/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async number() {
    await load();
    return 0;
  }

  @Get('typed/:n')
  @Header('Content-Type', 'text/csv; charset=utf-8')
  @Header('X-Static', 'one')
  @Cached({ scope: 'shared', tags: shelf })
  async typed() {
    await load();
    return 'a;b\n1;2\n';
  }

  @Get('headed/:n')
  @Cached({ scope: 'shared', tags: shelf, vary: ['Accept-Language'] })
  async headed(@Res({ passthrough: true }) reply: FastifyReply, @Req() request: FastifyRequest) {
    await load();
    reply
      .header('X-From-Handler', 'yes')
      .header('Link', ['</a>; rel=next', '</b>; rel=prev'])
      .header('X-Number', 7)
      .header('Content-Language', 'de')
      .header('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
      .header('Vary', 'Accept-Language')
      .header('X-Request-Id', `handler-${String(request.headers['x-trace'])}`)
      .removeHeader('x-of-application');
    return { headed: true };
  }

  @Get('tagged/:n')
  @Cached({ scope: 'shared', tags: shelf, cacheControl: 'max-age=60' })
  async tagged(@Param('n') n: string, @Res({ passthrough: true }) reply: FastifyReply) {
    await load();
    reply
      .header('ETag', n === 'wrong' ? 'not quoted' : 'W/"v17"')
      .header('Cache-Control', 'private, max-age=5');
    return { n };
  }
}

const KINDS = ['json', 'text', 'empty', 'buffer', 'view', 'number', 'typed', 'headed', 'tagged'] as const;

/** What the application says about every answer, each time anew. */
function perRequest(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply
      .header('x-of-application', 'on')
      .header('x-trace', request.headers['x-trace'] ?? 'none')
      .header('vary', 'Origin');
    reply.raw.setHeader('x-raw', request.headers['x-trace'] ?? 'none');
    done();
  });
}

describe('the bytes and the head of a cached answer', () => {
  let first: HttpApp;
  let second: HttpApp;
  beforeAll(async () => {
    origin = await Origin.open();
    await origin.add('Shelf', SHELF);
    const options = { databaseUrl: origin.url, controllers: [BytesController], configure: perRequest };
    const store = sharedStore();
    first = await startHttpApp({ ...options, store });
    second = await startHttpApp({ ...options, store });
  });
  afterEach(() => {
    gate = undefined;
  });
  afterAll(async () => {
    await Promise.all([first.close(), second.close()]);
    await origin.close();
  });

  const ask = (app: HttpApp, path: string, method = 'GET') => send(app.url, `/bytes/${path}`, { method });
  /** One answer of each kind: loaded, joined, from this process, from the shared tier. */
  const askAllWays = async (
    path: string,
  ): Promise<Record<'miss' | 'joined' | 'local' | 'shared', Answer>> => {
    gate = new Gate();
    const miss = ask(first, path);
    await gate.reached;
    const joined = ask(first, path);
    const joins = first.told('joined').length;
    await waitUntil('the second joins', () => first.told('joined').length > joins);
    gate.open();
    await Promise.all([miss, joined]);
    const local = await ask(first, path);
    await waitUntil('it is stored', () =>
      first.events.some(
        (event) =>
          event.type === 'stored' && event.tier === 'L2' && event.name.endsWith(`.${path.split('/')[0]}`),
      ),
    );
    return { miss: await miss, joined: await joined, local, shared: await ask(second, path) };
  };

  it.each(KINDS)(
    '%s: the same bytes and header fields when loaded, joined, and from either tier',
    async (kind) => {
      const answers = await askAllWays(`${kind}/same`);

      expect(sameOf(answers.joined)).toEqual(sameOf(answers.miss));
      expect(sameOf(answers.local)).toEqual(sameOf(answers.miss));
      expect(sameOf(answers.shared)).toEqual(sameOf(answers.miss));
      const status = (answer: Answer) => String(answer.headers['cache-status']).replace(/ttl=\d+/, 'ttl=N');
      expect(Object.values(answers).map(status)).toEqual([
        'careline; fwd=miss; stored',
        'careline; fwd=miss; collapsed',
        'careline; hit; ttl=N; detail=L1',
        'careline; hit; ttl=N; detail=L2',
      ]);
      expect(Object.values(answers).map(({ headers }) => headers.age)).toEqual([undefined, '0', '0', '0']);
    },
  );

  it.each([
    ['json', 'application/json; charset=utf-8'],
    ['text', 'text/plain; charset=utf-8'],
    ['empty', 'text/plain; charset=utf-8'],
    ['buffer', 'application/octet-stream'],
    ['view', 'application/octet-stream'],
    ['number', 'application/json; charset=utf-8'],
    ['typed', 'text/csv; charset=utf-8'],
  ])('%s is sent as %s, as without a cache', async (kind, type) => {
    const cached = await ask(first, `${kind}/type`);
    const uncached = await send(first.url, `/bytes/${kind}/type`, {
      headers: { 'cache-control': 'no-store' },
    });

    expect(cached.headers['content-type']).toBe(type);
    expect(uncached.headers['content-type']).toBe(type);
    expect(cached.body.equals(uncached.body)).toBe(true);
    expect(cached.headers['content-length']).toBe(String(uncached.body.length));
  });

  it('header fields of the route are kept, also those that it took away', async () => {
    await ask(first, 'headed/kept');
    const { headers } = await ask(first, 'headed/kept');

    expect(headers).toMatchObject({
      'x-from-handler': 'yes',
      link: '</a>; rel=next, </b>; rel=prev',
      'x-number': '7',
      'content-language': 'de',
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
    });
    expect(headers).not.toHaveProperty('x-of-application');
    expect((await ask(first, 'typed/kept')).headers).toMatchObject({
      'x-static': 'one',
      'x-of-application': 'on',
    });
  });

  it('what the application or the handler says of one request is never said of another', async () => {
    const as = (trace: string) => send(first.url, '/bytes/headed/trace', { headers: { 'x-trace': trace } });
    const leader = await as('leader');
    const follower = await as('follower');

    expect(leader.headers).toMatchObject({
      'x-trace': 'leader',
      'x-raw': 'leader',
      'x-request-id': 'handler-leader',
    });
    expect(follower.headers['cache-status']).toMatch(/detail=L1$/);
    expect(follower.headers).toMatchObject({ 'x-trace': 'follower', 'x-raw': 'follower' });
    expect(follower.lines.join('\n')).not.toContain('leader');
  });

  it('Vary has what hooks, the handler and the route say, each once', async () => {
    expect((await ask(first, 'json/vary')).headers.vary).toBe('origin, authorization');
    expect((await ask(first, 'headed/vary')).headers.vary).toBe('origin, accept-language, authorization');
    expect((await ask(first, 'headed/vary')).headers.vary).toBe('origin, accept-language, authorization');
  });

  it('the route’s own entity tag and Cache-Control go before ours, if they can be sent', async () => {
    const { headers } = await ask(first, 'tagged/own');
    const hit = await send(first.url, '/bytes/tagged/own', { headers: { 'if-none-match': '"v17"' } });
    const wrong = await ask(first, 'tagged/wrong');

    expect(headers).toMatchObject({ etag: 'W/"v17"', 'cache-control': 'private, max-age=5' });
    expect([hit.status, hit.headers.etag]).toEqual([304, 'W/"v17"']);
    expect(wrong.headers.etag).toMatch(/^"[\w-]{27}"$/);
  });

  it('equal bodies have equal entity tags, different ones different', async () => {
    const [one, same, other] = await Promise.all(
      ['text/1', 'text/2', 'typed/1'].map((path) => ask(first, path)),
    );

    expect(one?.headers.etag).toMatch(/^"[\w-]{27}"$/);
    expect(same?.headers.etag).toBe(one?.headers.etag);
    expect(other?.headers.etag).not.toBe(one?.headers.etag);
  });

  it('HEAD is answered from the entry of GET, with its head, and without its handler', async () => {
    const get = await ask(first, 'json/head');
    const reads = origin.reads.length;
    const head = await ask(first, 'json/head', 'HEAD');
    const notModified = await send(first.url, '/bytes/json/head', {
      method: 'HEAD',
      headers: { 'if-none-match': String(get.headers.etag) },
    });

    expect(origin.reads).toHaveLength(reads);
    expect({ ...sameOf(head), body: '' }).toEqual({ ...sameOf(get), body: '' });
    expect(head.body).toHaveLength(0);
    expect(head.headers['content-length']).toBe(String(get.body.length));
    expect([notModified.status, notModified.headers.etag]).toEqual([304, get.headers.etag]);
    // RFC 9110, section 8.6: what the answer with 200 would have, or none.
    expect([undefined, String(get.body.length)]).toContain(notModified.headers['content-length']);
  });

  it('HEAD on a miss runs the handler, and leaves nothing for GET: the handler may have treated it otherwise', async () => {
    const reads = origin.reads.length;
    const head = await ask(first, 'json/headfirst', 'HEAD');
    const get = await ask(first, 'json/headfirst');

    expect(origin.reads).toHaveLength(reads + 2);
    expect(head.headers['content-length']).toBe(String(get.body.length));
    expect(head.headers.etag).toBe(get.headers.etag);
    expect(head.headers['cache-status']).toBe('careline; fwd=miss; detail=not-cacheable');
    expect(get.headers['cache-status']).toBe('careline; fwd=miss; stored');
  });
});
