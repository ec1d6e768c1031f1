import { randomUUID } from 'node:crypto';
import { Controller, Get, Header, HostParam, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Cached } from '../../src/cache/index.js';
import { startHttpApp, type HttpApp } from './support/http-app.js';
import { send, type Sent } from './support/http-client.js';
import { Origin, thingTag } from './support/origin.js';

let origin: Origin;
let runs = 0;
/** What each request was answered from, as its own handler saw it. */
const seen = (what: unknown) => ({ seen: what, run: ++runs });

const SHELF = randomUUID();
const shelf = () => [thingTag(SHELF)];
/** Read in a snapshot, so that it may be stored. */
const touch = () => origin.read(SHELF);

@Controller('keys')
class KeyController {
  @Get('query')
  @Cached({ scope: 'shared', query: ['b', 'a'], tags: shelf })
  async query(@Query() query: Record<string, unknown>) {
    await touch();
    return seen({ ...query });
  }

  @Get('param/:id')
  @Cached({ scope: 'shared', tags: shelf })
  async param(@Param('id') id: string) {
    await touch();
    return seen(id);
  }

  @Get('tagged/:id')
  @Cached({ scope: 'shared', tags: ({ params }) => [thingTag(params['id'] ?? '')] })
  async tagged(@Param('id') id: string) {
    return seen({ id, name: await origin.read(id.toLowerCase()) });
  }

  @Get(['one', 'other'])
  @Cached({ scope: 'shared', tags: shelf })
  async twoPaths(@Req() request: FastifyRequest) {
    await touch();
    return seen(request.url);
  }

  @Get('wild/*')
  @Cached({ scope: 'shared', tags: shelf })
  async wild(@Req() request: FastifyRequest) {
    await touch();
    return seen(request.url);
  }

  @Get('language')
  @Cached({ scope: 'shared', vary: ['Accept-Language'], tags: shelf })
  async language(@Req() request: FastifyRequest) {
    await touch();
    return seen(request.headers['accept-language'] ?? null);
  }

  @Get('preset')
  @Header('Vary', 'X-Tenant, Accept-Language')
  @Cached({ scope: 'shared', tags: shelf })
  async preset(@Req() request: FastifyRequest) {
    await touch();
    return seen(request.headers['x-tenant'] ?? null);
  }
}

/** A handler that several controllers inherit. */
abstract class Crud {
  protected abstract readonly kind: string;

  @Get(':id')
  @Cached({ scope: 'shared', tags: shelf })
  async find() {
    await touch();
    return seen(this.kind);
  }
}

@Controller('cats')
class CatsController extends Crud {
  protected readonly kind = 'cat';
}

@Controller('dogs')
class DogsController extends Crud {
  protected readonly kind = 'dog';
}

@Controller({ path: 'tenant', host: ':tenant.example.test' })
class TenantController {
  @Get()
  @Cached({ scope: 'shared', tags: shelf })
  async find(@HostParam('tenant') tenant: string) {
    await touch();
    return seen(tenant);
  }
}

describe('the key of a cached route', () => {
  let app: HttpApp;
  beforeAll(async () => {
    origin = await Origin.open();
    await origin.add('Shelf', SHELF);
    app = await startHttpApp({
      databaseUrl: origin.url,
      controllers: [KeyController, CatsController, DogsController, TenantController],
    });
  });
  afterAll(async () => {
    await app.close();
    await origin.close();
  });

  /** What the handler had seen that made the answer, and whether it came from the cache. */
  const ask = async (path: string, sent: Sent = {}) => {
    const { status, text, headers } = await send(app.url, path, sent);
    const body = (status === 200 ? JSON.parse(text) : {}) as { seen?: unknown };
    return { status, seen: body.seen, hit: headers['cache-status']?.includes('; hit;') ?? false, headers };
  };
  /** Each of `paths` twice: every one has an answer of its own, kept. */
  const expectOwn = async (paths: readonly string[], values: readonly unknown[]) => {
    for (const hit of [false, true]) {
      for (const [i, path] of paths.entries()) {
        expect(await ask(path)).toMatchObject({ status: 200, seen: values[i], hit });
      }
    }
  };

  it('declared query parameters count by name, in whatever order they come', async () => {
    await ask('/keys/query?a=1&b=2');

    expect(await ask('/keys/query?b=2&a=1')).toMatchObject({ seen: { a: '1', b: '2' }, hit: true });
    expect(await ask('/keys/query?a=2&b=1')).toMatchObject({ seen: { a: '2', b: '1' }, hit: false });
  });

  it('absent, empty, repeated and look-alike values are different', async () => {
    await expectOwn(
      [
        '/keys/query?a=',
        '/keys/query',
        '/keys/query?a=1%2C2',
        '/keys/query?a=1&a=2',
        '/keys/query?a=2&a=1',
        '/keys/query?a=%5B%221%22%2C%222%22%5D',
        '/keys/query?a=1&a=2&b=3',
        '/keys/query?a=1&a=2%26b%3D3',
      ],
      [
        { a: '' },
        {},
        { a: '1,2' },
        { a: ['1', '2'] },
        { a: ['2', '1'] },
        { a: '["1","2"]' },
        { a: ['1', '2'], b: '3' },
        { a: ['1', '2&b=3'] },
      ],
    );
  });

  it.each(['?c=1', '?a=1&c', '?__proto__=1', '?constructor=1', '?A=1', '?a%20=1', '?a[]=1'])(
    'a query that is not declared (%s) is answered by the handler, and not kept',
    async (query) => {
      const [first, second] = [await ask(`/keys/query${query}`), await ask(`/keys/query${query}`)];

      expect([first.status, first.hit, second.hit]).toEqual([200, false, false]);
      expect(second.headers['cache-status']).toBe('careline; fwd=bypass; detail=undeclared-query');
    },
  );

  it('path parameters count decoded: encodings of one value share, look-alikes do not', async () => {
    await expectOwn(
      [
        '/keys/param/a%23b',
        '/keys/param/a%2523b',
        '/keys/param/a%2Fb',
        '/keys/param/a%3Fb',
        '/keys/param/a%22%2C%22b',
        '/keys/param/a%20b',
        '/keys/param/a+b',
        `/keys/param/${encodeURIComponent('é')}`,
        `/keys/param/${encodeURIComponent('é'.normalize('NFD'))}`,
        `/keys/param/${encodeURIComponent('а')}`,
        '/keys/param/a',
        '/keys/param/A',
        `/keys/param/${'x'.repeat(90)}1`,
        `/keys/param/${'x'.repeat(90)}2`,
      ],
      [
        'a#b',
        'a%23b',
        'a/b',
        'a?b',
        'a","b',
        'a b',
        'a+b',
        'é',
        'é'.normalize('NFD'),
        'а',
        'a',
        'A',
        `${'x'.repeat(90)}1`,
        `${'x'.repeat(90)}2`,
      ],
    );
    expect(await ask('/keys/param/%61')).toMatchObject({ seen: 'a', hit: true });
  });

  it('what the router takes for a query behind a # counts as one', async () => {
    await ask('/keys/param/plain');
    await ask('/keys/query#a=7');

    expect(await ask('/keys/param/plain#other')).toMatchObject({ seen: 'plain', hit: false });
    expect(await ask('/keys/query?a=7')).toMatchObject({ seen: { a: '7' }, hit: true });
  });

  it('an upper-case uuid has an entry of its own under the same tag', async () => {
    const id = await origin.add('Doe');
    const upper = id.toUpperCase();
    await expectOwn(
      [`/keys/tagged/${id}`, `/keys/tagged/${upper}`],
      [
        { id, name: 'Doe' },
        { id: upper, name: 'Doe' },
      ],
    );

    await origin.rename(id, 'Roe');
    const headers = { 'cache-versions': `patient:${id}=999.zz` };
    const names = [
      await ask(`/keys/tagged/${id}`, { headers }),
      await ask(`/keys/tagged/${upper}`, { headers }),
    ];

    expect(names.map((answer) => (answer.seen as { name: string }).name)).toEqual(['Roe', 'Roe']);
  });

  it('one handler at two paths, and behind a wildcard, answers each path for itself', async () => {
    const paths = ['/keys/one', '/keys/other', '/keys/wild/a', '/keys/wild/a/b', '/keys/wild/'];
    await expectOwn(paths, paths);
  });

  it('a handler that two controllers inherit answers for each of them', async () => {
    await expectOwn(['/cats/1', '/dogs/1'], ['cat', 'dog']);
  });

  it('parameters in the host of a controller count', async () => {
    const of = (host: string) => ask('/tenant', { headers: { host } });

    expect(await of('one.example.test')).toMatchObject({ seen: 'one', hit: false });
    expect(await of('two.example.test')).toMatchObject({ seen: 'two', hit: false });
    expect(await of('one.example.test')).toMatchObject({ seen: 'one', hit: true });
  });

  it('declared header fields count, absent ones too', async () => {
    const of = (language?: string) =>
      ask('/keys/language', language === undefined ? {} : { headers: { 'accept-language': language } });

    expect(await of('de')).toMatchObject({ seen: 'de', hit: false });
    expect(await of('fr')).toMatchObject({ seen: 'fr', hit: false });
    expect(await of()).toMatchObject({ seen: null, hit: false });
    expect(await of('de')).toMatchObject({ seen: 'de', hit: true });
    expect(await of()).toMatchObject({ seen: null, hit: true });
  });

  it('header fields in a Vary that was set before the handler count, too', async () => {
    const of = (tenant: string, language = 'de') =>
      ask('/keys/preset', { headers: { 'x-tenant': tenant, 'accept-language': language } });

    expect(await of('one')).toMatchObject({ seen: 'one', hit: false });
    expect(await of('two')).toMatchObject({ seen: 'two', hit: false });
    expect(await of('two', 'fr')).toMatchObject({ seen: 'two', hit: false });
    expect(await of('one')).toMatchObject({ seen: 'one', hit: true });
  });
});
