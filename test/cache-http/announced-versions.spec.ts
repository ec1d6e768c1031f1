import { ConflictException, Controller, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Observable } from 'rxjs';
import { AnnouncesVersions, EVERYTHING, type Tag } from '../../src/cache/index.js';
import type { FakeFeed } from '../support/fake-feed.js';
import { waitUntil } from '../support/wait-until.js';
import { HeldFeedApp } from './support/held-feed.js';
import type { HttpApp } from './support/http-app.js';
import { send } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

const ID = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
let feed: FakeFeed;
/** How many questions the feed had been asked when the newest write was committed; undefined: none was. */
let askedBeforeCommit: number | undefined;
const commit = () => {
  askedBeforeCommit = feed.questions.length;
};

let told: (response: unknown) => readonly Tag[];

/** Gives a value, commits only then, and does `last` before it completes. */
function laterValue(last: () => void): Observable<number> {
  return new Observable((subscriber) => {
    subscriber.next(1);
    setTimeout(() => {
      commit();
      try {
        last();
        subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      }
    }, 50);
  });
}

@Controller('told')
class TellingController {
  @Post(':id')
  @AnnouncesVersions((_, response) => told(response))
  write(@Param('id') id: string) {
    return { id };
  }

  @Post('after-the-last-value/:id')
  @AnnouncesVersions(() => [thingTag(ID)])
  writesAfterItsLastValue() {
    return laterValue(() => undefined);
  }

  @Post('fails-after-the-last-value/:id')
  @AnnouncesVersions(() => [thingTag(ID)])
  failsAfterItsLastValue() {
    return laterValue(() => {
      throw new ConflictException();
    });
  }

  @Post('by-hand/:id')
  @AnnouncesVersions(() => [thingTag(ID)])
  sendsByHand(@Res({ passthrough: true }) reply: FastifyReply) {
    commit();
    void reply.code(201).send({ by: 'hand' });
    return { by: 'Nest' };
  }

  @Post('sends-later/:id')
  @AnnouncesVersions(() => [thingTag(ID)])
  sendsLater(@Res() reply: FastifyReply) {
    setTimeout(() => {
      commit();
      void reply.code(201).send({ done: true });
    }, 50);
  }

  @Post('fails/:id')
  @AnnouncesVersions(({ params }) => [thingTag(params['id'] ?? '')])
  fails() {
    throw new ConflictException();
  }
}

describe('@AnnouncesVersions', () => {
  let origin: Origin;
  let app: HttpApp;
  let held: HeldFeedApp;
  beforeAll(async () => {
    origin = await Origin.open();
  });
  beforeEach(async () => {
    askedBeforeCommit = undefined;
    held = await HeldFeedApp.start(origin.url, TellingController);
    ({ feed, http: app } = held);
  });
  afterEach(() => held.close());
  afterAll(() => origin.close());

  const post = async (path: string) => {
    feed.automatic = true;
    const { status, headers } = await send(app.url, `/told/${path}`, { method: 'POST' });
    expect(status).toBe(path.startsWith('fails') ? 409 : 201);
    return headers['cache-versions'];
  };
  const other = thingTag('00000000-8f0e-4c3b-9a57-2f8e6c1d0b34');
  beforeEach(() => {
    feed.versions.set(thingTag(ID), { counter: 17, nonce: '9f3ac1' });
    feed.versions.set(other, { counter: 4, nonce: '81c0de' });
    feed.versions.set(EVERYTHING, { counter: 1, nonce: 'a' });
    told = (response) => [thingTag((response as { id: string }).id)];
  });

  it('tells the versions of the tags that the write changed', async () => {
    expect(await post(ID)).toBe(`patient:${ID}=17.9f3ac1`);
  });

  // Guards write-barrier.ts, announce: `authority.barrier(tags)` before the answer, and `'free'` after it.
  it('one round trip is barrier and look-up: the write is answered after it, and asks no more', async () => {
    const answer = send(app.url, `/told/${ID}`, { method: 'POST' });
    let isAnswered = false;
    void answer.then(() => (isAnswered = true));
    await waitUntil('the barrier asks', () => feed.questions.length > 0);
    expect([feed.questions.map(({ tags }) => tags), isAnswered]).toEqual([[[thingTag(ID)]], false]);
    feed.questions[0]!.arrive();

    expect((await answer).headers['cache-versions']).toBe(`patient:${ID}=17.9f3ac1`);
    expect(feed.questions).toHaveLength(1);
  });

  // Guards write-barrier.ts, pass: `takeLast(1)`, and `isSentByNest`.
  it.each([
    ['after-the-last-value', 201],
    ['fails-after-the-last-value', 409],
    ['sends-later', 201],
  ])('%s: the barrier asks after the commit, whatever it asked before', async (path, status) => {
    feed.automatic = true;
    const { status: answered } = await send(app.url, `/told/${path}/${ID}`, { method: 'POST' });

    expect(answered).toBe(status);
    expect(askedBeforeCommit).toBeDefined();
    expect(feed.questions.length).toBeGreaterThan(askedBeforeCommit!);
  });

  // The barrier of what was sent asks first, so what Nest would send after it cannot overtake it.
  it('a handler that sends by hand, and returns something as well: what it sent is the answer', async () => {
    const answer = send(app.url, `/told/by-hand/${ID}`, { method: 'POST' });
    await waitUntil('both have asked', () => feed.questions.length > 0);
    feed.questions[0]!.arrive();
    await waitUntil('the barrier has asked again', () => feed.questions.length > 1);
    feed.questions[1]!.arrive();

    expect((await answer).text).toBe('{"by":"hand"}');
  });

  // Guards version-feed.ts, barrier: the loss of the feed ends the wait; postgres-authority.ts, barrier: `tryLookUp`.
  it('the feed is lost meanwhile: the write is answered, with the versions as PostgreSQL says them', async () => {
    const id = await origin.add('Thing');
    const answer = send(app.url, `/told/${id}`, { method: 'POST' });
    await waitUntil('the barrier asks', () => feed.questions.length > 0);
    feed.hangUp();

    const { status, headers } = await answer;
    expect(status).toBe(201);
    expect(headers['cache-versions']).toMatch(new RegExp(`^patient:${id}=1\\.[0-9a-z]+$`));
  });

  it('tells each tag once, and nothing of the tag of everything, or of tags without a version', async () => {
    told = () => [other, thingTag(ID), other, EVERYTHING, thingTag('11111111-8f0e-4c3b-9a57-2f8e6c1d0b34')];
    expect(await post(ID)).toBe(`${other}=4.81c0de, patient:${ID}=17.9f3ac1`);
  });

  it('a function that fails fails no write that is done: it is counted', async () => {
    told = () => {
      throw new Error('no tag');
    };

    expect(await post(ID)).toBeUndefined();
    expect(app.told('versions-untold')).toHaveLength(1);
  });

  it('more than a reader would read is not told', async () => {
    told = () =>
      Array.from({ length: 100 }, (_, i) => {
        const tag = thingTag(`${String(i).padStart(8, '0')}-8f0e-4c3b-9a57-2f8e6c1d0b34`);
        feed.versions.set(tag, { counter: 1, nonce: 'aaaaaaaaaaaa' });
        return tag;
      });
    expect(await post(ID)).toBeUndefined();
    expect(app.told('versions-untold')).toHaveLength(1);
  });

  it('a write that failed tells nothing', async () => {
    expect(await post(`fails/${ID}`)).toBeUndefined();
    expect(app.told('versions-untold')).toHaveLength(0);
  });
});
