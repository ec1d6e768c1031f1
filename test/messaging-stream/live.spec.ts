import { randomUUID } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { MessageEventsRepository } from '../../src/messaging/postgres/message-events.repository.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { seedIfEmpty } from '../../src/prisma/seed.js';
import { connect } from '../prisma/version-watch.js';
import { testConnection } from '../support/dynamodb.js';
import { AUDIENCE, IdentityProvider, ISSUER } from '../support/identity-provider.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { tokenFor } from '../support/tokens.js';
import { waitUntil } from '../support/wait-until.js';
import { MessagesBench, newMessage, times } from './support.js';

const HANDLES = ['ana', 'bruno', 'carla', 'admin'] as const;

/** A client of the stream: what it got, by the ids of events. */
class Follower {
  text = '';
  isEnded = false;
  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (this.text += chunk));
    response.on('close', () => (this.isEnded = true));
    response.on('error', () => (this.isEnded = true));
  }
  static async open(app: TestApp, token: string, lastEventId?: number): Promise<Follower> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${app.url}/api/messages/stream`, { headers, agent: false }, resolve).on('error', reject).end();
    });
    if (response.statusCode !== 200) throw new Error(`the stream answered ${response.statusCode}`);
    return new Follower(response);
  }
  get messageIds(): string[] {
    return [...this.text.matchAll(/^event: message\nid: \d+\ndata: (.*)$/gm)].map(
      ([, data]) => (JSON.parse(data ?? '') as { id: string }).id,
    );
  }
  get lastSeq(): number {
    return Number([...this.text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1]);
  }
  close(): void {
    this.response.destroy();
  }
}

describe('GET /api/messages/stream', () => {
  const bench = new MessagesBench();
  let app: TestApp;
  let prisma: PrismaService;
  let events: MessageEventsRepository;
  let psql: pg.Client;
  const tokens: Record<string, string> = {};
  const ids: Record<string, string> = {};
  const opened: Follower[] = [];
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    await bench.create();
    app = await startTestApp({
      MESSAGING_TABLE: bench.table,
      DYNAMODB_ENDPOINT: testConnection().endpoint ?? '',
      MESSAGING_STREAM: 'poll',
    });
    await seedIfEmpty(app.databaseUrl, { log: () => undefined });
    prisma = new PrismaService({ databaseUrl: app.databaseUrl });
    events = new MessageEventsRepository(prisma);
    psql = await connect(app.databaseUrl);
    for (const handle of HANDLES) {
      tokens[handle] = await tokenFor(app, handle);
      ids[handle] = (await prisma.user.findUniqueOrThrow({ where: { handle } })).id;
    }
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    for (const follower of opened.splice(0)) follower.close();
    await waitUntil('the service has seen them go', async () => (await metric('live_clients')) === 0);
  });
  afterAll(async () => {
    await psql.end();
    await prisma.$disconnect();
    await app.close();
    await bench.close();
  });

  async function follow(handle: string, lastEventId?: number): Promise<Follower> {
    const follower = await Follower.open(app, tokens[handle] ?? '', lastEventId);
    opened.push(follower);
    await waitUntil('the first event', () => follower.text.includes('\n\n'));
    return follower;
  }
  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return Number(new RegExp(`^careline_messaging_${name}(?:{})? (\\S+)$`, 'm').exec(text)?.[1]);
  }
  const from = (a: string, b: string, conversationId: string = randomUUID()) =>
    newMessage({ from: ids[a] ?? '', to: ids[b] ?? '', conversationId });

  it('tells both participants of a message that came by the stream alone, and nobody else', async () => {
    const [ana, bruno, carla] = [await follow('ana'), await follow('bruno'), await follow('carla')];
    const message = from('ana', 'bruno');
    await bench.put(message);
    const last = from('bruno', 'carla');
    await waitUntil('both hear', () =>
      [ana, bruno].every(({ messageIds }) => messageIds.includes(message.id)),
    );
    await bench.put(last);
    await waitUntil('carla hears of hers', () => carla.messageIds.length > 0);

    expect(carla.messageIds).toEqual([last.id]);
    expect(ana.messageIds).toEqual([message.id]);
    expect(ana.text).not.toContain(message.text);
    expect(ana.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('resumes without a gap or a duplicate while messages are written', async () => {
    const written: string[] = [];
    let isDone = false;
    const writing = (async () => {
      for (const message of times(400, () => from('ana', 'bruno'))) {
        await events.append(message);
        written.push(message.id);
      }
      isDone = true;
    })();
    const seen: string[] = [];
    const start = await follow('ana');
    let last = start.lastSeq;
    const skipped = (
      await psql.query('SELECT message_id FROM message_event WHERE seq <= $1', [last])
    ).rows.map((row: { message_id: string }) => row.message_id);
    start.close();
    const take = (follower: Follower) => {
      follower.close();
      seen.push(...follower.messageIds);
      last = follower.lastSeq;
    };
    while (!isDone) {
      const follower = await follow('ana', last);
      await waitUntil('some events', () => isDone || follower.messageIds.length >= 20);
      take(follower);
    }
    await writing;
    const rest = await follow('ana', last);
    await waitUntil(
      'the rest',
      () => seen.at(-1) === written.at(-1) || rest.messageIds.at(-1) === written.at(-1),
    );
    take(rest);

    expect(seen).toEqual(written.filter((id) => !skipped.includes(id)));
  });

  it('an id that is no longer kept, or never was, is answered by a reset', async () => {
    await events.append(from('ana', 'bruno'));
    await events.append(from('ana', 'bruno'));
    const { newest } = await events.bounds();
    await psql.query('DELETE FROM message_event WHERE seq < $1', [newest]);

    expect((await follow('ana', newest - 2)).text).toContain('event: reset\n');
    expect((await follow('ana', newest + 1_000)).text).toContain(`event: reset\nid: ${newest}\n`);
    expect((await follow('ana', newest - 1)).text).toContain('event: ready\n');
    const answer = await fetch(`${app.url}/api/messages/stream`, {
      headers: { authorization: `Bearer ${tokens['ana']}`, 'last-event-id': 'x' },
    });
    expect(answer.status).toBe(400);
  });

  it('serves 300 clients; one read serves them all', async () => {
    const clients = await Promise.all(times(300, (index) => follow(HANDLES[index % 4] ?? 'ana')));
    expect(await metric('live_clients')).toBe(300);
    const sent = [from('ana', 'bruno'), from('carla', 'admin')];
    for (const message of sent) await events.append(message);
    await waitUntil('all hear', () => clients.every(({ messageIds }) => messageIds.length === 1), 20_000);

    expect(clients.map(({ messageIds }) => messageIds[0])).toEqual(
      times(300, (index) => sent[index % 4 < 2 ? 0 : 1]?.id),
    );
  });

  it('a client that takes nothing is dropped, the others go on', async () => {
    const slow = await follow('ana');
    const other = await follow('bruno');
    slow.response.pause();
    const before = await metric('live_dropped_total');
    // Far more than sockets and the service hold for a client together.
    await psql.query(
      `INSERT INTO message_event (conversation_id, message_id, participants, at)
       SELECT gen_random_uuid(), md5(n::text) || repeat('0', 2000), ARRAY[$1]::uuid[], now()
       FROM generate_series(1, 20000) n`,
      [ids['ana']],
    );
    await psql.query('NOTIFY message_event');
    await waitUntil('it is dropped', async () => (await metric('live_dropped_total')) > before, 20_000);
    const message = from('bruno', 'carla');
    await events.append(message);
    await waitUntil('the other one hears', () => other.messageIds.includes(message.id), 20_000);
    expect(await metric('live_dropped_total')).toBe(before + 1);
    slow.close();
    other.close();
  }, 60_000);

  it('a stream ends when its token expires, and says so', async () => {
    const identity = await IdentityProvider.start();
    const own = await startTestApp(
      { AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URI: identity.jwksUri },
      { databaseUrl: app.databaseUrl, dataDir: app.config.dataDir },
    );
    ends.push(
      () => identity.stop(),
      () => own.close(),
    );
    const tokenOf = (seconds: number) =>
      identity.token(ids['ana'] ?? '', ['clinician'], { exp: Math.ceil(Date.now() / 1_000) + seconds });
    const short = await Follower.open(own, await tokenOf(3));
    const long = await Follower.open(own, await tokenOf(300));
    await waitUntil('the end', () => short.isEnded);
    expect(short.text).toContain('event: end\ndata: {"reason":"expired"}\n\n');
    expect(long.isEnded).toBe(false);
  });

  it('without PostgreSQL nothing is opened: 503, and a stream once it is back', async () => {
    const proxy = await TcpProxy.start(app.databaseUrl);
    const databaseUrl = proxy.through(app.databaseUrl);
    const own = await startTestApp({}, { databaseUrl, dataDir: app.config.dataDir });
    ends.push(
      () => proxy.stop(),
      () => own.close(),
    );
    const open = (more: Record<string, string> = {}) =>
      fetch(`${own.url}/api/messages/stream`, {
        headers: { authorization: `Bearer ${tokens['ana']}`, ...more },
      });
    const expectUnavailable = async (answer: Response) => {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(await answer.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    };
    proxy.cut();
    await expectUnavailable(await open());
    proxy.heal();
    (await Follower.open(own, tokens['ana'] ?? '')).close();
    proxy.cut();
    await expectUnavailable(await open({ 'last-event-id': '0' }));
  });

  it('streams end when the service stops, and say so', async () => {
    const own = await startTestApp({}, { databaseUrl: app.databaseUrl, dataDir: app.config.dataDir });
    const follower = await Follower.open(own, tokens['ana'] ?? '');
    await own.close();
    await waitUntil('the end', () => follower.isEnded);
    expect(follower.text).toContain('event: end\ndata: {"reason":"shutdown"}\n\n');
  });
});
