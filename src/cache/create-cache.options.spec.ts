import { NestFactory } from '@nestjs/core';
import { CacheModule } from './cache.module.js';
import { createCodec } from './codec/create-codec.js';
import { createCache } from './create-cache.js';
import { MemoryStore } from './stores/memory/memory-store.js';
import {
  ANY_OBJECT,
  COUNT,
  describeWrongOptions,
  describeWrongValues,
  NOT_EMPTY,
  SECRET,
  type Subject,
} from '../../test/support/wrong-options.js';

const databaseUrl = `postgresql://nobody:${SECRET}@127.0.0.1:1/none`;
const ofTheCache = { databaseUrl, namespace: 'test', openFeed: false, selfCheck: {} };
const ofTheModule = { ttlMs: 1, consistency: 'bounded', isOutage: () => true, principalOf: () => undefined };

const SUBJECTS: Readonly<Record<string, Subject>> = {
  createCache: {
    of: 'The cache',
    make: (options) => createCache(options as never).then((running) => running.close()),
    valid: ofTheCache,
    options: {
      databaseUrl: ['the URL of a PostgreSQL database, such as postgresql://host:5432/name'],
      namespace: [NOT_EMPTY, 'text'],
      store: ['an object', 'undefined', ...ANY_OBJECT],
      localMaxBytes: [COUNT, 'undefined', 'a number'],
      feedTimeoutMs: [COUNT, 'undefined', 'a number'],
      mapCapacity: [COUNT, 'undefined', 'a number'],
      keySecret: [NOT_EMPTY, 'undefined', 'text'],
      report: ['a function', 'undefined', 'a function'],
      clock: ['an object', 'undefined', ...ANY_OBJECT],
      random: ['a function', 'undefined', 'a function'],
      openFeed: ['a function or false', 'undefined', 'a function', 'a boolean'],
      selfCheck: ['an object or false', 'undefined', 'a boolean', ...ANY_OBJECT],
      'selfCheck.oneIn': ['a number above zero', 'undefined', 'a number', 'a fraction', 'an infinite number'],
      'selfCheck.maxPerSecond': [
        'a number above zero',
        'undefined',
        'a number',
        'a fraction',
        'an infinite number',
      ],
      'selfCheck.settleMs': ['zero or a whole number above it', 'undefined', 'zero', 'a number'],
    },
  },
  'createCache, its store': {
    of: 'The cache',
    make: (options) => createCache(options as never).then((running) => running.close()),
    valid: {
      ...ofTheCache,
      store: {
        store: new MemoryStore({ maxBytes: 1 }),
        codec: createCodec({ encryption: { mode: 'off' } }),
        timeoutMs: 1,
      },
    },
    options: {
      'store.store': ['an object', ...ANY_OBJECT],
      'store.codec': ['an object', ...ANY_OBJECT],
      'store.timeoutMs': [COUNT, 'a number'],
    },
  },
  CacheModule: {
    of: 'The cache',
    make: startModule,
    valid: { ...ofTheCache, ...ofTheModule },
    options: {
      consistency: ['"strong" or "bounded"'],
      ttlMs: [COUNT, 'a number'],
      isOutage: ['a function', 'a function'],
      principalOf: ['a function', 'a function'],
    },
  },
};

describeWrongOptions(SUBJECTS);

describeWrongValues(SUBJECTS, [
  ['createCache', 'databaseUrl', `mysql://nobody:${SECRET}@host/name`],
  ['createCache', 'databaseUrl', `postgresql://nobody:${SECRET}#@host/name`],
  ['createCache', 'namespace', SECRET.repeat(30)],
  ['createCache', 'localMaxBytes', 2 ** 60],
]);

// Guards create-cache.ts, isConnectionString. Each is one that pg takes.
it.each([
  'POSTGRESQL://localhost/app',
  'postgres://user:password@/app?host=/cloudsql/project:region:instance',
  'socket:/var/run/postgresql?db=app',
  '/var/run/postgresql app',
])('databaseUrl %s is no wrong option', async (url) => {
  const running = await createCache({ ...ofTheCache, databaseUrl: url, openFeed: false });

  await running.close();
});

async function startModule(options: object): Promise<void> {
  const module = CacheModule.forRootAsync({ useFactory: () => options as never });
  const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  await context.close();
}
