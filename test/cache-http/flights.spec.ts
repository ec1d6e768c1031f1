import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Controller, Get, Param, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Cached, observeSnapshot } from '../../src/cache/index.js';
import { Gate } from '../support/cache-gate.js';
import { TestClock } from '../support/test-clock.js';
import { waitUntil } from '../support/wait-until.js';
import { startHttpApp, type HttpApp } from './support/http-app.js';
import { send } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

let origin: Origin;
let gate: Gate;
const clock = new TestClock();
/** The requests whose handlers ran, in order. */
const ran: FastifyRequest[] = [];
/** How many of the next snapshots lag behind the versions. */
let lagging = 0;
let fails = false;

const SHELF = randomUUID();
const shelf = () => [thingTag(SHELF)];

/** As a server that lags would answer: with a version older than the one that was looked up. */
async function observe(): Promise<void> {
  if (lagging <= 0) return void (await origin.read(SHELF));
  lagging--;
  await observeSnapshot((tags) => Promise.resolve(tags.map((tag) => ({ tag, version: '0', nonce: 'old' }))));
}

@Controller('f')
class FlightsController {
  @Get('gated/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async gated(@Req() request: FastifyRequest) {
    ran.push(request);
    await origin.read(SHELF);
    await gate.pass();
    return { run: ran.length };
  }

  /** Gives up when its client goes. */
  @Get('watchful/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async watchful(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    ran.push(request);
    await origin.read(SHELF);
    const gone = once(reply.raw, 'close').then(() => Promise.reject(new Error('nobody waits')));
    await Promise.race([gate.pass(), gone]);
    return { run: ran.length };
  }

  @Get('lagging/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async lagging(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    ran.push(request);
    if (lagging > 0) reply.header('X-Attempt', ran.length).removeHeader('x-of-application');
    await observe();
    return { run: ran.length };
  }

  @Get('lagging-stream/:n')
  @Cached({ scope: 'shared', tags: shelf })
  async laggingStream(@Req() request: FastifyRequest) {
    ran.push(request);
    await observe();
    return new StreamableFile(Readable.from([`run ${ran.length}`]));
  }

  @Get('expiring/:n')
  @Cached({ scope: 'shared', consistency: 'ttl', ttl: '10s' })
  expiring(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('n') n: string,
  ) {
    ran.push(request);
    clock.advance(100);
    reply.header('X-Run', ran.length);
    if (fails) throw new Error('down');
    return { n, run: ran.length };
  }
}

describe('loads of a cached route', () => {
  let app: HttpApp;
  let n = 0;
  beforeAll(async () => {
    origin = await Origin.open();
    await origin.add('Shelf', SHELF);
    app = await startHttpApp({
      databaseUrl: origin.url,
      controllers: [FlightsController],
      clock,
      // No jitter, and in the middle of what is random.
      random: () => 0.5,
      configure: (nest) => {
        nest
          .getHttpAdapter()
          .getInstance()
          .addHook('onRequest', (_request, reply: FastifyReply, done) => {
            reply.header('x-of-application', 'on');
            done();
          });
      },
    });
  });
  beforeEach(() => {
    gate = new Gate();
    ran.length = 0;
    lagging = 0;
    fails = false;
    n++;
  });
  afterAll(async () => {
    await app.close();
    await origin.close();
  });

  const ask = (path: string, signal?: AbortSignal) =>
    send(app.url, `/f/${path}/${n}`, signal === undefined ? {} : { signal });
  const joined = (count: number) => {
    const before = app.told('joined').length;
    return () => waitUntil(`${count} have joined`, () => app.told('joined').length === before + count);
  };
  /** Resolves when the server knows that the client of the first run is gone. */
  const gone = () => waitUntil('the client is gone', () => ran[0]!.raw.destroyed);

  it('100 requests at once: the handler runs once, all get the same bytes', async () => {
    const allJoined = joined(99);
    const answers = Array.from({ length: 100 }, () => ask('gated'));
    await allJoined();
    gate.open();
    const texts = (await Promise.all(answers)).map(({ status, text }) => `${status} ${text}`);

    expect(new Set(texts)).toEqual(new Set(['200 {"run":1}']));
  });

  it('a client that goes away does not cancel the load that others wait for, and it is kept', async () => {
    const abort = new AbortController();
    const leader = ask('gated', abort.signal);
    await gate.reached;
    const bothJoined = joined(2);
    const others = [ask('gated'), ask('gated')];
    await bothJoined();
    abort.abort();
    await expect(leader).rejects.toThrow(/abort/);
    await gone();
    gate.open();

    expect((await Promise.all(others)).map(({ text }) => text)).toEqual(['{"run":1}', '{"run":1}']);
    expect((await ask('gated')).headers['cache-status']).toMatch(/detail=L1$/);
    expect(ran).toHaveLength(1);
  });

  it('a handler that gives up with its client fails nobody else: one of those who wait runs it for all', async () => {
    const abort = new AbortController();
    const leader = ask('watchful', abort.signal);
    await gate.reached;
    const allJoined = joined(3);
    const others = [ask('watchful'), ask('watchful'), ask('watchful')];
    await allJoined();
    abort.abort();
    await expect(leader).rejects.toThrow(/abort/);
    await waitUntil('another runs it', () => ran.length === 2);
    gate.open();
    const answers = await Promise.all(others);

    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(Array(3).fill('200 {"run":2}'));
    expect(ran).toHaveLength(2);
  });

  it('rule 1: a load that lagged is done again, and nothing of the first attempt is sent or kept', async () => {
    lagging = 1;
    const answers = [await ask('lagging'), await ask('lagging')];

    expect(answers.map(({ text }) => text)).toEqual(['{"run":2}', '{"run":2}']);
    for (const { headers } of answers) {
      expect(headers).not.toHaveProperty('x-attempt');
      expect(headers['x-of-application']).toBe('on');
    }
  });

  it('an origin that goes on lagging is answered with 503', async () => {
    lagging = 3;
    const answer = await ask('lagging');

    expect([answer.status, ran.length]).toEqual([503, 3]);
    expect((await ask('lagging')).text).toBe('{"run":4}');
  });

  it('a stream from an origin that lags is sent as it is: it was made once', async () => {
    lagging = 3;
    const answer = await ask('lagging-stream');

    expect([answer.status, answer.text, ran.length]).toEqual([200, 'run 1', 1]);
  });

  describe('that is about to expire', () => {
    /** 50 ms before the end, where a load takes 100 ms, and the middle of what is random is 69 ms. */
    const nearTheEnd = () => clock.advance(9_950);

    it('one request loads it anew, and later ones get what it kept, with its head', async () => {
      await ask('expiring');
      nearTheEnd();
      const [refreshing, later] = [await ask('expiring'), await ask('expiring')];

      expect([refreshing.text, later.text]).toEqual(Array(2).fill(`{"n":"${n}","run":2}`));
      expect([refreshing, later].map(({ headers }) => headers['x-run'])).toEqual(['2', '2']);
      expect(refreshing.headers['cache-status']).toBe('careline; fwd=miss; stored');
      expect(later.headers['cache-status']).toMatch(/^careline; hit; ttl=10; detail=L1$/);
      expect(later.headers.age).toBe('0');
    });

    it('when that fails, what is there is served, with nothing of the attempt', async () => {
      await ask('expiring');
      nearTheEnd();
      fails = true;
      const answer = await ask('expiring');

      expect([answer.status, answer.text]).toEqual([200, `{"n":"${n}","run":1}`]);
      expect(answer.headers).toMatchObject({ 'x-run': '1', age: '10' });
      expect(ran).toHaveLength(2);
    });

    it('what has expired is never served', async () => {
      await ask('expiring');
      clock.advance(10_000);
      fails = true;

      expect((await ask('expiring')).status).toBe(500);
    });
  });
});
