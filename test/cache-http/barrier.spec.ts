import { Controller, Delete, Get, Options, Patch, Post, Put, Redirect, Res } from '@nestjs/common';
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
import type { FakeFeed } from '../support/fake-feed.js';
import { waitUntil } from '../support/wait-until.js';
import { HeldFeedApp } from './support/held-feed.js';
import type { HttpApp } from './support/http-app.js';
import { send, type Answer } from './support/http-client.js';
import { Origin } from './support/origin.js';

/** What happened, in order. */
const trace: string[] = [];
const commit = () => void trace.push('committed');

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

describe('the barrier of every write', () => {
  let feed: FakeFeed;
  let origin: Origin;
  let app: HttpApp;
  let held: HeldFeedApp;
  beforeAll(async () => {
    origin = await Origin.open();
  });
  beforeEach(async () => {
    trace.length = 0;
    held = await HeldFeedApp.start(origin.url, WritesController);
    ({ feed, http: app } = held);
  });
  afterEach(() => held.close());
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
});
