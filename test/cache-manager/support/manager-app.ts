import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  CacheModule,
  createCodec,
  type CacheEvent,
  type CacheModuleOptions,
  type CacheOptions,
  type CacheStore,
} from '../../../src/cache/index.js';
import { appClock } from './time.js';

export const FEED_TIMEOUT_MS = 1_000;
const STORE_TIMEOUT_MS = 5_000;
const CACHE_NAMESPACE = 'test';

/** What somebody does who knows cache-manager and nothing else. */
@Injectable()
class Consumer {
  constructor(@Inject(CACHE_MANAGER) readonly cache: Cache) {}
}

export interface ManagerApp {
  readonly cache: Cache;
  readonly events: readonly CacheEvent[];
  /** The reasons and codes of what is counted, in order. */
  faults(): readonly string[];
  close(): Promise<void>;
}

/** The options of one instance; several with the same database and store are instances of one application. */
export function cacheOptions(
  databaseUrl: string,
  store: CacheStore | undefined,
  report: (event: CacheEvent) => void = () => undefined,
): CacheOptions {
  const codec = createCodec({ encryption: { mode: 'off' } });
  return {
    databaseUrl,
    namespace: CACHE_NAMESPACE,
    store: store && { store, codec, timeoutMs: STORE_TIMEOUT_MS },
    feedTimeoutMs: FEED_TIMEOUT_MS,
    clock: appClock,
    report,
    selfCheck: false,
  };
}

/** As {@link cacheOptions}, for the module. */
function moduleOptions(...own: Parameters<typeof cacheOptions>): CacheModuleOptions {
  return {
    ...cacheOptions(...own),
    consistency: 'bounded',
    ttlMs: 60_000,
    isOutage: () => false,
    principalOf: () => undefined,
  };
}

/** A small application that imports the cache and injects `CACHE_MANAGER` somewhere else. Without a store: in memory. */
export async function startManagerApp(databaseUrl: string, store?: CacheStore): Promise<ManagerApp> {
  const events: CacheEvent[] = [];
  const options = moduleOptions(databaseUrl, store, (event) => events.push(event));

  @Module({ providers: [Consumer] })
  class ConsumerModule {}
  @Module({ imports: [CacheModule.forRootAsync({ useFactory: () => options }), ConsumerModule] })
  class AppModule {}

  const app = await NestFactory.create(AppModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  app.enableShutdownHooks([]);
  await app.init();
  return {
    cache: app.get(Consumer, { strict: false }).cache,
    events,
    faults: () => events.flatMap(faultOf),
    close: () => app.close(),
  };
}

function faultOf(event: CacheEvent): readonly string[] {
  if (event.type === 'store-fault') return [`${event.operation} ${event.code}`];
  if (event.type === 'defect' || event.type === 'not-stored') return [`${event.type} ${event.reason}`];
  return [];
}
