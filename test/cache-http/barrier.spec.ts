import { Controller, Delete, Get, Options, Param, Patch, Post, Put, Redirect, Res } from '@nestjs/common';
import {
  ConflictException,
  StreamableFile,
  type CanActivate,
  UseGuards,
  ForbiddenException,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EMPTY, of } from 'rxjs';
import { Readable } from 'node:stream';
import { EVERYTHING, AnnouncesVersions, type Tag } from '../../src/cache/index.js';
import { FakeFeed } from '../support/fake-feed.js';
import { waitUntil } from '../support/wait-until.js';
import { startHttpApp, type HttpApp } from './support/http-app.js';
import { send, type Answer } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

/** What happened, in order. */
const trace: string[] = [];
const commit = () => void trace.push('committed');
const ID = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

class Refusing implements CanActivate {
  canActivate(): true {
    throw new ForbiddenException();
  }
}

@Controller('writes')
class WritesController {
  @Post('returned') returned() {
    commit();
    return { done: true };
  }
  @Put('returned') put() {
    return this.returned();
  }
  @Patch('returned') patch() {
    return this.returned();
  }
  @Delete('returned') delete() {
    return this.returned();
  }
  @Post('thrown') thrown() {
    commit();
    throw new ConflictException();
  }
  @Post('sent') sent(@Res() reply: FastifyReply) {
    commit();
    void reply.send({ done: true });
  }
  @Post('sent-by-hand') sentByHand(@Res({ passthrough: true }) reply: FastifyReply) {
    commit();
    void reply.code(200).send({ done: true });
  }
  @Post('nothing') nothing() {
    commit();
    return EMPTY;
  }
  @Post('several') several() {
    commit();
    return of(1, 2, 3);
  }
  @Post('streamed') streamed() {
    commit();
    return new StreamableFile(Readable.from(['done']));
  }
  @Post('moved')
  @Redirect('/elsewhere', 303)
  moved() {
    commit();
  }
  @Post('refused')
  @UseGuards(Refusing)
  refused() {
    commit();
  }

  @Get('read') read() {
    commit();
    return { done: true };
  }
  @Options('read') options() {
    commit();
  }
}

let told: (response: unknown) => readonly Tag[];

@Controller('told')
class TellingController {
  @Post(':id')
  @AnnouncesVersions((_, response) => told(response))
  write(@Param('id') id: string) {
    return { id };
  }

  @Post('fails/:id')
  @AnnouncesVersions(({ params }) => [thingTag(params['id'] ?? '')])
  fails() {
    throw new ConflictException();
  }
}

describe('the barrier of every write', () => {
  let feed: FakeFeed;
  let origin: Origin;
  let app: HttpApp;
  beforeAll(async () => {
    origin = await Origin.open();
  });
  beforeEach(async () => {
    trace.length = 0;
    feed = new FakeFeed();
    app = await startHttpApp({
      databaseUrl: origin.url,
      controllers: [WritesController, TellingController],
      openFeed: feed.open,
      // The feed has no pings of its own while a test runs.
      feedTimeoutMs: 600_000,
    });
    feed.automatic = false;
    feed.questions.length = 0;
  });
  afterEach(async () => {
    for (const question of feed.questions) question.arrive();
    feed.automatic = true;
    await app.close();
  });
  afterAll(() => origin.close());

  const write = (path: string, method = 'POST'): Promise<Answer> =>
    send(app.url, `/writes/${path}`, { method }).then((answer) => {
      trace.push('answered');
      return answer;
    });

  it.each([
    ['POST', 'returned', 201],
    ['PUT', 'returned', 200],
    ['PATCH', 'returned', 200],
    ['DELETE', 'returned', 200],
    ['POST', 'thrown', 409],
    ['POST', 'sent', 201],
    ['POST', 'sent-by-hand', 200],
    ['POST', 'nothing', 500],
    ['POST', 'several', 201],
    ['POST', 'streamed', 201],
    ['POST', 'moved', 303],
  ])(
    'rule 5: %s %s is answered after a round trip on the feed that began after its commit',
    async (method, path, status) => {
      const answer = write(path, method);
      await waitUntil(
        'it asks the feed, or answers',
        () => feed.questions.length > 0 || trace.includes('answered'),
      );
      expect(trace).toEqual(['committed']);
      expect(feed.questions.map(({ tags }) => tags)).toEqual([[]]);

      trace.push('proved');
      feed.questions[0]?.arrive();

      expect((await answer).status).toBe(status);
      expect(trace).toEqual(['committed', 'proved', 'answered']);
      expect(feed.questions).toHaveLength(1);
    },
  );

  it('a feed that is lost while a write waits lets it go, and the map is dropped', async () => {
    const answer = write('returned');
    await waitUntil('it asks the feed', () => feed.questions.length > 0);
    feed.hangUp();

    expect((await answer).status).toBe(201);
    expect(app.told('feed-lost')).toHaveLength(1);
  });

  it.each([
    ['GET', 'read', 200],
    ['HEAD', 'read', 200],
    ['OPTIONS', 'read', 200],
  ])('%s is safe, and waits for nothing', async (method, path, status) => {
    expect((await write(path, method)).status).toBe(status);
    expect(feed.questions).toHaveLength(0);
  });

  it('what a guard refuses, and what has no route, changed nothing, and waits for nothing', async () => {
    expect((await write('refused')).status).toBe(403);
    expect((await write('no-such-route')).status).toBe(404);
    expect(feed.questions).toHaveLength(0);
  });

  describe('@AnnouncesVersions', () => {
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
});
