import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Injectable,
  Module,
  Res,
  Scope,
  SerializeOptions,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { RouteSchema, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Exclude, Expose } from 'class-transformer';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { map } from 'rxjs';
import { createCodec } from '../../src/cache/codec/create-codec.js';
import { Cached } from '../../src/cache/index.js';
import type { StoredEntry } from '../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../src/cache/keys/entry-key.js';
import { MemoryStore } from '../../src/cache/stores/memory/memory-store.js';
import { waitUntil } from '../support/wait-until.js';
import { startHttpApp, type HttpApp, type HttpAppOptions } from './support/http-app.js';
import { send } from './support/http-client.js';
import { Origin } from './support/origin.js';

const SECRET = 'hidden-from-everybody';

class Thing {
  @Expose() name = 'thing';
  @Exclude() secret = SECRET;
}

let origin: Origin;
const load = async () => {
  await origin.read('00000000-0000-4000-8000-000000000000');
  return new Thing();
};
/** No tag but that of everything. */
const CACHED = { scope: 'shared', tags: () => [] } as const;

@Controller('plain')
class PlainController {
  @Get()
  @Cached(CACHED)
  find() {
    return load();
  }
}

@Controller('plain')
@UseInterceptors(ClassSerializerInterceptor)
class SerializedController {
  @Get()
  @Cached(CACHED)
  find() {
    return load();
  }
}

@Controller('plain')
class SerializedMethodController {
  @Get()
  @Cached(CACHED)
  @UseInterceptors(ClassSerializerInterceptor)
  find() {
    return load();
  }
}

@Controller('plain')
class SerializedTypeController {
  @Get()
  @UseInterceptors(ClassSerializerInterceptor)
  @SerializeOptions({ type: Thing })
  @Cached(CACHED)
  async find() {
    return { ...(await load()) };
  }
}

const global = { provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor };
const scoped = { ...global, scope: Scope.REQUEST };
@Module({ providers: [global] })
class SerializingModule {}

/** Takes away what another one, nearer to the handler, has put in. */
@Injectable()
class Envelope implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

const WAYS: Record<string, Omit<HttpAppOptions, 'databaseUrl'>> = {
  'APP_INTERCEPTOR of the root module': { controllers: [PlainController], providers: [global] },
  'APP_INTERCEPTOR of a module before the cache': {
    controllers: [PlainController],
    before: [SerializingModule],
  },
  'APP_INTERCEPTOR of a module after the cache': {
    controllers: [PlainController],
    after: [SerializingModule],
  },
  'APP_INTERCEPTOR for each request': { controllers: [PlainController], providers: [scoped] },
  useGlobalInterceptors: {
    controllers: [PlainController],
    configure: (app) => void app.useGlobalInterceptors(new ClassSerializerInterceptor(app.get(Reflector))),
  },
  'the controller': { controllers: [SerializedController] },
  'the method': { controllers: [SerializedMethodController] },
  'a type on the method': { controllers: [SerializedTypeController] },
};

/** A shared tier that remembers what was written to it. */
class RecordingStore extends MemoryStore {
  readonly written: (readonly [EntryKey, StoredEntry])[] = [];

  override write(entries: readonly (readonly [EntryKey, StoredEntry])[]) {
    this.written.push(...entries);
    return super.write(entries);
  }
}

describe('what a serializer leaves out', () => {
  const codec = createCodec({ encryption: { mode: 'off' } });
  const apps: HttpApp[] = [];
  beforeAll(async () => {
    origin = await Origin.open();
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });
  afterAll(() => origin.close());

  const start = async (options: Omit<HttpAppOptions, 'databaseUrl'>, store?: RecordingStore) => {
    const app = await startHttpApp({
      ...options,
      databaseUrl: origin.url,
      store: store && { store, codec, timeoutMs: 5_000 },
    });
    apps.push(app);
    return app;
  };

  it.each(Object.keys(WAYS))('by %s: is left out of every answer, and of what is stored', async (way) => {
    const store = new RecordingStore({ maxBytes: 1_000_000 });
    const options = WAYS[way]!;
    const [one, two] = [await start(options, store), await start(options, store)];
    const answers = [await send(one.url, '/plain'), await send(one.url, '/plain')];
    await waitUntil('it is stored', () => store.written.length > 0);
    answers.push(await send(two.url, '/plain'));

    expect(answers.map(({ text }) => text)).toEqual(Array(3).fill('{"name":"thing"}'));
    expect(answers.map(({ headers }) => /L\d|stored/.exec(String(headers['cache-status']))?.[0])).toEqual([
      'stored',
      'L1',
      'L2',
    ]);
    for (const [key, { bytes }] of store.written) {
      const decoded = await codec.decode(bytes, key);
      expect(decoded.includes('thing')).toBe(true);
      expect(decoded.includes(SECRET)).toBe(false);
    }
  });

  it('by several interceptors: a hit is what the outermost of them made', async () => {
    const app = await start({
      controllers: [SerializedController],
      configure: (nest) => void nest.useGlobalInterceptors(new Envelope()),
    });
    const answers = [await send(app.url, '/plain'), await send(app.url, '/plain')];

    expect(answers.map(({ text }) => text)).toEqual(Array(2).fill('{"data":{"name":"thing"}}'));
    expect(answers[1]?.headers['cache-status']).toMatch(/detail=L1$/);
  });
});

@Controller()
class FastifyController {
  @Get('schema')
  @RouteSchema({ response: { 200: { type: 'object', properties: { name: { type: 'string' } } } } })
  @Cached(CACHED)
  schema() {
    return load();
  }

  @Get('schemas')
  @RouteSchema({
    response: {
      200: {
        content: {
          'application/json': { schema: { type: 'object', properties: { name: { type: 'string' } } } },
        },
      },
    },
  })
  @Cached(CACHED)
  schemas() {
    return load();
  }

  @Get('own')
  @Cached(CACHED)
  async own(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.serializer((thing: Thing) => `name=${thing.name}`).type('text/plain; charset=utf-8');
    return load();
  }

  @Get('hooked')
  @Cached(CACHED)
  hooked() {
    return load();
  }
}

describe('what Fastify leaves out', () => {
  let plain: HttpApp;
  let hooked: HttpApp;
  const hide = (app: NestFastifyApplication): void => {
    const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
    fastify.addHook('preSerialization', (_request, _reply, payload, done) => {
      done(null, { ...(payload as Thing), secret: undefined });
    });
  };
  beforeAll(async () => {
    origin = await Origin.open();
    const options = { databaseUrl: origin.url, controllers: [FastifyController] };
    plain = await startHttpApp(options);
    hooked = await startHttpApp({ ...options, configure: hide });
  });
  afterAll(async () => {
    await Promise.all([plain.close(), hooked.close()]);
    await origin.close();
  });

  it.each([
    ['schema', '{"name":"thing"}'],
    ['own', 'name=thing'],
  ])('by a serializer (%s): is left out of every answer', async (path, text) => {
    const answers = [await send(plain.url, `/${path}`), await send(plain.url, `/${path}`)];

    expect(answers.map((answer) => answer.text)).toEqual([text, text]);
    expect(answers[1]?.headers['cache-status']).toMatch(/detail=L1$/);
  });

  it.each(['schemas', 'hooked'])(
    'in a way that cannot be repeated (%s): is left out, and not cached',
    async (path) => {
      const app = path === 'hooked' ? hooked : plain;
      const answers = [await send(app.url, `/${path}`), await send(app.url, `/${path}`)];

      expect(answers.map(({ text }) => text)).toEqual(['{"name":"thing"}', '{"name":"thing"}']);
      expect(answers.map(({ headers }) => headers['cache-status'])).toEqual(
        Array(2).fill('careline; fwd=miss; detail=not-cacheable'),
      );
    },
  );
});
