import {
  Controller,
  Get,
  Module,
  Param,
  RequestMethod,
  Version,
  VersioningType,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { NestFactory, RouterModule } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Cached, CacheAdmin, CacheModule, collectionTag, type CachedOptions } from '../../src/cache/index.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SHARED: CachedOptions = { scope: 'shared', consistency: 'ttl', ttl: '1h' };
const ANA = { subject: 'ana', roles: ['clinician'] };
const CARLA = { subject: 'carla', roles: ['patient'] };

abstract class Listing {
  @Get('inherited/:id')
  @Cached(SHARED)
  inherited(@Param('id') id: string): unknown {
    return { id, of: this.constructor.name };
  }
}

@Controller(['beds', 'rooms'])
class BedsController extends Listing {
  @Get([':id', 'by-id/:id'])
  @Cached({ ...SHARED, query: ['page', 'tag'] })
  one(@Param('id') id: string): unknown {
    return { id };
  }

  // After `one`: what the router prefers does not depend on the order of declaration.
  @Get('list')
  list(): unknown {
    return [];
  }

  @Get('mine/:id')
  @Cached({ ...SHARED, scope: 'principal' })
  mine(): unknown {
    return {};
  }

  @Get('roles/:id')
  @Cached({ ...SHARED, scope: 'role' })
  roles(): unknown {
    return {};
  }

  @Get('tree/*')
  @Cached(SHARED)
  tree(): unknown {
    return {};
  }

  @Get('untold/:id')
  @Cached({ scope: 'shared', tags: () => [collectionTag('NO NAME')] })
  untold(): unknown {
    return {};
  }
}

@Controller('wards')
class WardsController extends Listing {
  @Get(':id')
  @Version(['2', VERSION_NEUTRAL])
  @Cached(SHARED)
  one(): unknown {
    return {};
  }
}

@Controller('open')
class OpenController {
  @Get(':id')
  @Cached(SHARED)
  one(): unknown {
    return {};
  }
}

@Module({ controllers: [WardsController] })
class WardsModule {}

describe('CacheAdmin.explain', () => {
  let database: TestDatabase;
  let app: NestFastifyApplication;
  let admin: CacheAdmin;
  beforeAll(async () => {
    database = await createTestDatabase();
    @Module({
      imports: [
        CacheModule.forRootAsync({
          useFactory: () => ({
            databaseUrl: database.url,
            namespace: 'test',
            ttlMs: 60_000,
            consistency: 'bounded',
            isOutage: () => false,
            principalOf: ({ headers }) => (headers['x-caller'] === 'carla' ? CARLA : ANA),
          }),
        }),
        WardsModule,
        RouterModule.register([{ path: 'hospital', module: WardsModule }]),
      ],
      controllers: [BedsController, OpenController],
    })
    class TestModule {}
    app = await NestFactory.create<NestFastifyApplication>(TestModule, new FastifyAdapter(), {
      logger: false,
    });
    app.setGlobalPrefix('api', { exclude: [{ path: 'open/:id', method: RequestMethod.GET }] });
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    await app.listen(0, '127.0.0.1');
    admin = app.get(CacheAdmin);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const get = async (path: string, caller = 'ana') => {
    const response = await app.inject({ method: 'GET', url: path, headers: { 'x-caller': caller } });
    expect(response.statusCode).toBe(200);
    return response.headers['cache-status'];
  };

  it.each([
    ['/api/v1/beds/7', '/api/v1/beds/:id', 'BedsController.one'],
    ['/api/v1/rooms/7', '/api/v1/rooms/:id', 'BedsController.one'],
    ['/api/v1/beds/by-id/7', '/api/v1/beds/by-id/:id', 'BedsController.one'],
    ['/api/v1/beds/caf%C3%A9', '/api/v1/beds/:id', 'BedsController.one'],
    ['/api/v1/beds/8?page=2&tag=a&tag=b%20c', '/api/v1/beds/:id', 'BedsController.one'],
    ['/api/v1/beds/inherited/7', '/api/v1/beds/inherited/:id', 'BedsController.inherited'],
    [
      '/api/v1/hospital/wards/inherited/7',
      '/api/v1/hospital/wards/inherited/:id',
      'WardsController.inherited',
    ],
    ['/api/v2/hospital/wards/7', '/api/v2/hospital/wards/:id', 'WardsController.one'],
    ['/api/hospital/wards/7', '/api/hospital/wards/:id', 'WardsController.one'],
    ['/api/v1/beds/tree/a/b/c', '/api/v1/beds/tree/*', 'BedsController.tree'],
    ['/v1/open/7', '/v1/open/:id', 'OpenController.one'],
  ])('%s: finds the route, and the very entry that a request made', async (path, pattern, name) => {
    const before = await admin.explain(path, ANA);
    expect(await get(path)).toMatch(/; stored$/);
    const after = await admin.explain(path, ANA);
    const { length } = (await app.inject({ method: 'GET', url: path })).rawPayload;

    expect(before).toMatchObject({ obstacle: null, route: { name, pattern }, local: null });
    expect(after.local?.bytes).toBeGreaterThanOrEqual(length);
    expect(await get(path)).toMatch(/; detail=L1$/);
  });

  it.each([
    ['/api/v1/beds/list', 'route-not-cached'],
    ['/api/v1/beds', 'no-route'],
    ['/api/v1/beds/7/', 'no-route'],
    ['/api/beds/7', 'no-route'],
    ['/api/v1/open/7', 'no-route'],
    ['/api/v1/beds/%zz', 'no-route'],
    ['/api/v1/beds/7?other=1', 'undeclared-query'],
    ['/api/v1/beds/untold/7', 'tags-failed'],
  ])('%s: %s', async (path, obstacle) => {
    expect(await admin.explain(path, ANA)).toMatchObject({ obstacle, local: null, shared: null });
  });

  it('of routes whose answers are not everybody’s, explains the answer of whoever is named', async () => {
    await get('/api/v1/beds/mine/7');
    await get('/api/v1/beds/roles/7');

    expect((await admin.explain('/api/v1/beds/mine/7', ANA)).local).not.toBeNull();
    expect((await admin.explain('/api/v1/beds/mine/7', CARLA)).local).toBeNull();
    expect((await admin.explain('/api/v1/beds/mine/7')).obstacle).toBe('no-principal');
    expect(
      (await admin.explain('/api/v1/beds/roles/7', { ...CARLA, roles: ['clinician'] })).local,
    ).not.toBeNull();
    expect((await admin.explain('/api/v1/beds/roles/7', CARLA)).local).toBeNull();
  });

  it('while the authority is down: says so, and what is known', async () => {
    const explanation = await withoutTable(() => admin.explain('/api/v1/beds/7', ANA));

    expect(explanation).toMatchObject({ obstacle: 'authority-down', key: null });
    expect(explanation.tags).toEqual([{ tag: '*', known: expect.any(String) as string, current: null }]);
  });

  /** Runs `work` while the authority has nothing to read from. */
  async function withoutTable<T>(work: () => Promise<T>): Promise<T> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('ALTER TABLE cache_tag RENAME TO gone');
    try {
      return await work();
    } finally {
      await client.query('ALTER TABLE gone RENAME TO cache_tag');
      await client.end();
    }
  }
});
