import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { Cached, AnnouncesVersions, type CachedRequest } from '../../src/cache/index.js';
import type { OpenFeedSession } from '../../src/cache/versions/feed-session.js';
import { postgresFeedSessions } from '../../src/cache/versions/postgres-feed-session.js';
import { waitUntil } from '../support/wait-until.js';
import { startHttpApp, type HttpApp } from './support/http-app.js';
import { send } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

let origin: Origin;
const tags = ({ params }: Pick<CachedRequest, 'params'>) => [thingTag(params['id'] ?? '')];

@Controller()
class ThingController {
  @Get('things/:id')
  @Cached({ scope: 'shared', tags })
  async find(@Param('id') id: string) {
    return { name: await origin.read(id) };
  }

  @Get('strong/:id')
  @Cached({ scope: 'shared', tags, consistency: 'strong' })
  async strong(@Param('id') id: string) {
    return { name: await origin.read(id) };
  }

  @Patch('things/:id')
  @AnnouncesVersions(tags)
  async rename(@Param('id') id: string, @Body() { name }: { name: string }) {
    await origin.rename(id, name);
    return { name };
  }
}

/** A feed whose notifications a test holds back: its instance answers pings and look-ups, and is told nothing. */
class HeldFeed {
  private readonly heldBack: (() => void)[] = [];
  private isHolding = false;

  open(url: string): OpenFeedSession {
    return (events) =>
      postgresFeedSessions(url)({
        closed: () => events.closed(),
        notification: (payload) => {
          if (this.isHolding) this.heldBack.push(() => events.notification(payload));
          else events.notification(payload);
        },
      });
  }

  hold(): void {
    this.isHolding = true;
  }

  release(): void {
    this.isHolding = false;
    for (const deliver of this.heldBack.splice(0)) deliver();
  }
}

describe('two instances on one database', () => {
  const feed = new HeldFeed();
  let one: HttpApp;
  let other: HttpApp;
  let id: string;
  beforeAll(async () => {
    origin = await Origin.open();
    const options = { databaseUrl: origin.url, controllers: [ThingController], feedTimeoutMs: 10_000 };
    one = await startHttpApp(options);
    other = await startHttpApp({ ...options, openFeed: feed.open(origin.url) });
  });
  beforeEach(async () => {
    id = await origin.add('Doe');
  });
  afterEach(() => feed.release());
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await origin.close();
  });

  const read = async (app: HttpApp, headers: Record<string, string> = {}, path = 'things') => {
    const answer = await send(app.url, `/${path}/${id}`, { headers });
    expect(answer.status).toBe(200);
    return {
      name: (JSON.parse(answer.text) as { name: string }).name,
      status: String(answer.headers['cache-status']),
    };
  };
  const nameAt = async (...args: Parameters<typeof read>) => (await read(...args)).name;
  /** Renames on the first instance; what its answer tells for the next read elsewhere. */
  const rename = async (name: string): Promise<string> => {
    const answer = await send(one.url, `/things/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    expect(answer.status).toBe(200);
    return String(answer.headers['cache-versions']);
  };
  const warm = () => Promise.all([one, other].map((app) => nameAt(app)));

  it('a write is seen at once on its own instance', async () => {
    await warm();
    await rename('Roe');

    expect(await nameAt(one)).toBe('Roe');
  });

  it('rule 7: with the write’s Cache-Versions its client sees it at once on the other one, too', async () => {
    await warm();
    feed.hold();
    const versions = await rename('Roe');

    expect(await nameAt(other)).toBe('Doe');
    expect(await nameAt(other, { 'cache-versions': versions })).toBe('Roe');
    // What was looked up for that client is known now.
    expect(await nameAt(other)).toBe('Roe');
  });

  it('Cache-Versions of several writes in one field: the newest counts, in whatever order', async () => {
    await warm();
    feed.hold();
    const older = await rename('Roe');
    expect(await nameAt(other, { 'cache-versions': older })).toBe('Roe');
    const newer = await rename('Poe');

    expect(await nameAt(other, { 'cache-versions': `${newer}, ${older}` })).toBe('Poe');
  });

  it('strong: seen at once, without being told', async () => {
    await nameAt(other, {}, 'strong');
    feed.hold();
    await rename('Roe');

    expect(await nameAt(other, {}, 'strong')).toBe('Roe');
  });

  it('bounded: seen as soon as the notification is there', async () => {
    await warm();
    feed.hold();
    await rename('Roe');
    expect(await read(other)).toMatchObject({
      name: 'Doe',
      status: expect.stringMatching(/detail=L1$/) as string,
    });

    feed.release();
    expect(await nameAt(other)).toBe('Roe');
  });

  it('a change by another program is seen by both', async () => {
    await warm();
    await origin.rename(id, 'Psql');

    for (const app of [one, other])
      await waitUntil('seen', async () => (await nameAt(app)) === 'Psql', 1_000);
  });

  it.each<[string, (tag: string) => string]>([
    ['a version from the future', (tag) => `${tag}=999999999999999.zzzzzz`],
    ['a version from the past', (tag) => `${tag}=0.aaaaaa`],
    ['another nonce', (tag) => `${tag}=1.ffffff`],
    ['the tag of everything', () => '*=999999.zz'],
    ['tags of others', () => 'patient:00000000-0000-4000-8000-000000000000=9.z, patients=9.z, user:1=2.z'],
    ['no tag', () => '=1.a, =, ,,,='],
    [
      'no version',
      (tag) => `${tag}, ${tag}=, ${tag}=x, ${tag}=-1.a, ${tag}=1.A, ${tag}=1e9.a, ${tag}=1.a=2.b`,
    ],
    ['another spelling', (tag) => `${tag.toUpperCase()}=99.z`],
    ['names of objects', () => '__proto__=9.z, constructor=9.z, toString=9.z'],
    ['very much', (tag) => `${tag}=99.z,`.repeat(150)],
    ['nothing', () => ''],
    ['bytes', () => '\u00ff\u00fe=1.a'],
  ])('rule 7: Cache-Versions with %s harms nobody', async (_, forge) => {
    await warm();
    const before = origin.reads.length;

    expect(await nameAt(other, { 'cache-versions': forge(String(thingTag(id))) })).toBe('Doe');
    // Neither did anything enter a key, or the map: the entry that was there is found, with and without it.
    expect(origin.reads.length).toBe(before);
    expect(await read(other)).toMatchObject({
      name: 'Doe',
      status: expect.stringMatching(/detail=L1$/) as string,
    });
  });
});
