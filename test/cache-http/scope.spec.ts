import { All, Controller, ForbiddenException, Get, Injectable, Param, Req, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Cached } from '../../src/cache/index.js';
import { CALLER, startHttpApp, type HttpApp } from './support/http-app.js';
import { send } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

let origin: Origin;
/** Who may see things; the guard below asks on every request. */
const banned = new Set<string>();

@Injectable()
class NotBanned implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const caller = String(context.switchToHttp().getRequest<FastifyRequest>().headers[CALLER]);
    if (banned.has(caller)) throw new ForbiddenException();
    return true;
  }
}

const callerOf = (request: FastifyRequest) => String(request.headers[CALLER]);
/** How often a request was resolved: that asks for its tags. */
let resolved = 0;
const tags = ({ params }: { params: Readonly<Record<string, string>> }) => {
  resolved++;
  return [thingTag(params['id'] ?? '')];
};

@Controller()
class ScopeController {
  @Get('shared/:id')
  @UseGuards(NotBanned)
  @Cached({ scope: 'shared', tags })
  async shared(@Param('id') id: string, @Req() request: FastifyRequest) {
    return { name: await origin.read(id), loadedFor: callerOf(request) };
  }

  @Get('shared-below/:id')
  @Cached({ scope: 'shared', tags })
  @UseGuards(NotBanned)
  async below(@Param('id') id: string) {
    return { name: await origin.read(id) };
  }

  @All('every/:id')
  @Cached({ scope: 'shared', tags })
  async every(@Param('id') id: string) {
    return { name: await origin.read(id) };
  }

  @Get('mine/:id')
  @Cached({ scope: 'principal', tags })
  async mine(@Param('id') id: string, @Req() request: FastifyRequest) {
    return { name: await origin.read(id), loadedFor: callerOf(request) };
  }

  @Get('role/:id')
  @Cached({ scope: 'role', tags })
  async role(@Param('id') id: string, @Req() request: FastifyRequest) {
    return { name: await origin.read(id), loadedFor: callerOf(request) };
  }
}

describe('the scope of a cached route', () => {
  let app: HttpApp;
  let id: string;
  beforeAll(async () => {
    origin = await Origin.open();
    app = await startHttpApp({
      databaseUrl: origin.url,
      controllers: [ScopeController],
      providers: [NotBanned],
    });
  });
  beforeEach(async () => {
    id = await origin.add('Doe');
    banned.clear();
  });
  afterAll(async () => {
    await app.close();
    await origin.close();
  });

  const ask = (path: string, caller?: string) =>
    send(app.url, `/${path}/${id}`, caller === undefined ? {} : { headers: { [CALLER]: caller } });
  const loadedFor = async (path: string, caller: string) =>
    (JSON.parse((await ask(path, caller)).text) as { loadedFor: string }).loadedFor;

  it('shared: everybody whom the guards let in gets the same', async () => {
    expect(await loadedFor('shared', 'ana x')).toBe('ana x');
    expect(await loadedFor('shared', 'bob y')).toBe('ana x');
  });

  it('principal: two users of the same roles never get each other’s answer, also at the same time', async () => {
    const callers = ['ana r', 'bob r', 'ana r', 'bob r'];
    const together = await Promise.all(callers.map((caller) => loadedFor('mine', caller)));
    const later = await Promise.all(callers.map((caller) => loadedFor('mine', caller)));

    expect(together).toEqual(callers);
    expect(later).toEqual(callers);
    expect(origin.reads.filter((read) => read === id)).toHaveLength(2);
  });

  it('principal: the subject alone counts, whatever its roles are now', async () => {
    expect(await loadedFor('mine', 'ana r')).toBe('ana r');
    expect(await loadedFor('mine', 'ana s')).toBe('ana r');
  });

  it('role: everybody with the same roles shares, in whatever order they are, and nobody else', async () => {
    expect(await loadedFor('role', 'ana a,b')).toBe('ana a,b');
    expect(await loadedFor('role', 'bob b,a')).toBe('ana a,b');
    expect(await loadedFor('role', 'eve a')).toBe('eve a');
    expect(await loadedFor('role', 'eve a,b,c')).toBe('eve a,b,c');
    expect(await loadedFor('role', 'eve "a,b"')).toBe('eve "a,b"');
  });

  it.each(['mine', 'role'])('%s: nobody’s answer is neither kept nor shared', async (path) => {
    const answers = [await ask(path), await ask(path)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ headers }) => headers['cache-status'])).toEqual([
      'careline; fwd=bypass; detail=no-principal',
      'careline; fwd=bypass; detail=no-principal',
    ]);
    expect(answers[0]?.headers['cache-control']).toBe('private, no-store');
    expect(origin.reads.filter((read) => read === id)).toHaveLength(2);
  });

  // Guards the order in `answersEarly`: written above `@Cached`, a guard comes after the one that answers hits.
  it.each(['shared', 'shared-below'])('%s: guards refuse on a hit as on a miss, uncached', async (path) => {
    banned.add('eve x');
    const onMiss = await ask(path, 'eve x');
    await ask(path, 'ana x');
    const onHit = await ask(path, 'eve x');
    const ofGlobalGuard = await ask(path, 'nobody');
    banned.clear();
    const afterwards = await ask(path, 'eve x');

    expect([onMiss.status, onHit.status, ofGlobalGuard.status]).toEqual([403, 403, 403]);
    expect(onHit.text).not.toContain('Doe');
    expect(onHit.headers).not.toHaveProperty('etag');
    expect(afterwards.status).toBe(200);
    expect(afterwards.headers['cache-status']).toMatch(/^careline; hit; /);
  });

  // Guards request-resolver.ts, resolveEarly: `route?.answersEarly === true`, before anything is asked of the request.
  it('nothing of a request is looked at before every guard has let it in', async () => {
    banned.add('ana r');
    resolved = 0;

    expect((await ask('shared', 'ana r')).status).toBe(403);
    expect(resolved).toBe(0);
  });

  // Guards request-resolver.ts, handOn; and resolve: `if (known !== undefined) return known`.
  it.each(['shared', 'shared-below', 'mine'])('%s: a request is resolved once', async (path) => {
    resolved = 0;
    await ask(path, 'ana r');
    expect(resolved).toBe(1);
    await ask(path, 'ana r');
    expect(resolved).toBe(2);
  });

  // Guards request-resolver.ts, resolveEarly: `request.method !== 'GET'`.
  it('a handler of all methods runs for those that are not safe', async () => {
    await ask('every');
    expect((await ask('every')).headers['cache-status']).toMatch(/^careline; hit; /);
    await send(app.url, `/every/${id}`, { method: 'POST' });

    expect(origin.reads.filter((read) => read === id)).toHaveLength(2);
  });

  it('a condition does not get past a guard: no 304 for who may not know the entity tag', async () => {
    const { headers } = await ask('shared', 'ana x');
    banned.add('eve x');
    const { status } = await send(app.url, `/shared/${id}`, {
      headers: { [CALLER]: 'eve x', 'if-none-match': String(headers.etag) },
    });

    expect(status).toBe(403);
  });
});
