import { Readable } from 'node:stream';
import {
  Controller,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Redirect,
  Res,
  Sse,
  StreamableFile,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EMPTY, map, of } from 'rxjs';
import { Cached } from '../../../src/cache/index.js';
import type { Gate } from '../../support/cache-gate.js';
import type { Origin } from './origin.js';

const CACHED = { scope: 'shared', tags: () => [] } as const;

/** What the handlers work with. */
export const work: { origin: Origin | undefined; gate: Gate | undefined; runs: number } = {
  origin: undefined,
  gate: undefined,
  runs: 0,
};

/** Numbers each run of a handler: an answer shows which run made it. */
async function run(): Promise<number> {
  const number = ++work.runs;
  await work.origin?.read('00000000-0000-4000-8000-000000000000');
  await work.gate?.pass();
  return number;
}

type Passthrough = FastifyReply & { setCookie(name: string, value: string): FastifyReply };

/** Nest sends the stream that it finds in such an object. */
class Wrapper implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data, more: 1 })));
  }
}

@Controller('n')
export class NotCachedController {
  @Get('cookie')
  @Cached(CACHED)
  async cookie(@Res({ passthrough: true }) reply: FastifyReply) {
    const number = await run();
    reply.header('Set-Cookie', `session=${number}`).header('Set-Cookie', `theme=${number}`);
    return { number };
  }

  @Get('plugin-cookie')
  @Cached(CACHED)
  async pluginCookie(@Res({ passthrough: true }) reply: Passthrough) {
    const number = await run();
    reply.setCookie('session', String(number));
    return { number };
  }

  @Get('raw-cookie')
  @Cached(CACHED)
  async rawCookie(@Res({ passthrough: true }) reply: FastifyReply) {
    const number = await run();
    reply.raw.setHeader('Set-Cookie', `session=${number}`);
    return { number };
  }

  @Get('created')
  @HttpCode(201)
  @Cached(CACHED)
  async created() {
    return { number: await run() };
  }

  @Get('none')
  @HttpCode(204)
  @Cached(CACHED)
  async none() {
    await run();
  }

  @Get('coded')
  @Cached(CACHED)
  async coded(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.code(404);
    return { number: await run() };
  }

  @Get('thrown')
  @Cached(CACHED)
  async thrown() {
    throw new NotFoundException(`run ${await run()}`);
  }

  @Get('failed')
  @Cached(CACHED)
  async failed() {
    throw new Error(`run ${await run()}`);
  }

  @Get('null')
  @Cached(CACHED)
  async null() {
    await run();
    return null;
  }

  @Get('undefined')
  @Cached(CACHED)
  async undefined() {
    await run();
  }

  @Get('file')
  @Cached(CACHED)
  async file() {
    return new StreamableFile(Readable.from([`file ${await run()}`]), {
      type: 'text/plain',
      disposition: 'inline',
    });
  }

  @Get('stream')
  @Cached(CACHED)
  async stream() {
    return Readable.from([`stream ${await run()}`]);
  }

  @Get('generator')
  @Cached(CACHED)
  async generator() {
    const number = await run();
    return (async function* () {
      yield await Promise.resolve(`generated ${number}`);
    })();
  }

  @Get('web-response')
  @Cached(CACHED)
  async webResponse() {
    return new Response(`web ${await run()}`, { headers: { 'x-web': 'yes' } });
  }

  @Get('wrapped-stream')
  @UseInterceptors(Wrapper)
  @Cached(CACHED)
  async wrapped() {
    return Readable.from([`wrapped ${await run()}`]);
  }

  @Get('moved')
  @Redirect('/default', 301)
  @Cached(CACHED)
  async moved() {
    return { url: `/run/${await run()}`, statusCode: 307 };
  }

  @Get('sent-away')
  @Cached(CACHED)
  async sentAway(@Res({ passthrough: true }) reply: FastifyReply) {
    const number = await run();
    return reply.redirect(`/run/${number}`, 302);
  }

  @Get('sent')
  @Cached(CACHED)
  async sent(@Res() reply: FastifyReply) {
    const number = await run();
    void reply.send({ number });
    // What is returned beside it is not the answer.
    return { not: 'this' };
  }

  @Get('later')
  @Cached(CACHED)
  async later(@Res() reply: FastifyReply) {
    const number = await run();
    setImmediate(() => void reply.send({ number }));
    return { not: 'this' };
  }

  @Get('hijacked')
  @Cached(CACHED)
  async hijacked(@Res({ passthrough: true }) reply: FastifyReply) {
    const number = await run();
    reply.hijack();
    reply.raw.end(`hijacked ${number}`);
  }

  @Get('no-store')
  @Cached(CACHED)
  async noStore(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.header('Cache-Control', 'private, No-Store');
    return { number: await run() };
  }

  @Get('varies')
  @Cached(CACHED)
  async varies(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.header('Vary', 'X-Undeclared');
    return { number: await run() };
  }

  @Get('varies-user')
  @Cached(CACHED)
  async variesByUser(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.header('Vary', 'Authorization');
    return { number: await run() };
  }

  @Get('varies-on-all')
  @Header('Vary', '*')
  @Cached(CACHED)
  async variesOnAll() {
    return { number: await run() };
  }

  @Get('error')
  @Cached(CACHED)
  async error() {
    return new Error(`run ${await run()}`);
  }

  @Get('tags-throw')
  @Cached({
    scope: 'shared',
    tags: () => {
      throw new Error('no tag');
    },
  })
  async tagsThrow() {
    return { number: await run() };
  }

  @Get('tags-promise')
  @Cached({ scope: 'shared', tags: (() => Promise.resolve([])) as unknown as () => [] })
  async tagsPromise() {
    return { number: await run() };
  }

  @Get('no-snapshot')
  @Cached(CACHED)
  noSnapshot() {
    return { number: ++work.runs };
  }
}

@Controller('e')
export class EventsController {
  @Sse('events')
  @Cached(CACHED)
  events() {
    return of({ data: `event ${++work.runs}` }, { data: 'last' });
  }

  @Get('empty')
  @Cached(CACHED)
  empty() {
    return EMPTY;
  }
}
