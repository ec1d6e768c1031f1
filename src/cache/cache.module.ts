import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ApplicationConfig, DiscoveryModule } from '@nestjs/core';
import { CacheModule as CacheManagerModule } from '@nestjs/cache-manager';
import { Keyv } from 'keyv';
import { CacheAdmin } from './admin/cache-admin.js';
import { CacheStats } from './stats/cache-stats.js';
import { TransitionLog } from './stats/transition-log.js';
import { createCache, type CacheOptions, type RunningCache } from './create-cache.js';
import { CacheInterceptor } from './http/cache.interceptor.js';
import { CacheRuntime } from './http/cache-runtime.js';
import { RequestResolver } from './http/request-resolver.js';
import { RouteDiscovery } from './http/framework/discovered-routes.js';
import { checkRouteDefaults, isRouteDefault } from './http/routes/cached-options.js';
import type { RouteDefaults } from './http/routes/cached-route.js';
import { Routes } from './http/routes.js';
import { WriteBarrier } from './http/write-barrier.js';
import { TieredCache } from './core/tiered-cache.js';

/** What a service tells the cache. */
export interface CacheModuleOptions extends CacheOptions, RouteDefaults {}

export interface CacheModuleAsyncOptions {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Also what this module has itself: `CacheStats`, to which the store reports what it consumes. */
  readonly inject?: NonNullable<FactoryProvider['inject']>;
  // The arguments are whatever `inject` names, as everywhere in Nest.
  readonly useFactory: (...args: never[]) => CacheModuleOptions | Promise<CacheModuleOptions>;
}

/** What the service gave. */
const ServiceOptions = Symbol('CacheModuleOptions of the service');
/** The same, with the statistics among those who take events. */
const Options = Symbol('CacheModuleOptions');
const Running = Symbol('RunningCache');
const CACHE_MANAGER_NAMESPACE = 'cache-manager';

/** The cache in a NestJS application: `@Cached` routes, the barrier of every write, and `TieredCache` to inject. */
@Module({})
export class CacheModule implements OnApplicationShutdown {
  /**
   * Puts the interceptor before all others: what another one would change after it would not be what is cached, and one
   * that serialises would get bytes to serialise on a hit. Module classes are made before Nest applies APP_INTERCEPTOR
   * providers and before anybody can call `useGlobalInterceptors`, so the front of the list is ours however they come.
   */
  constructor(
    @Inject(Running) private readonly running: RunningCache,
    interceptor: CacheInterceptor,
    application: ApplicationConfig,
  ) {
    application.getGlobalInterceptors().unshift(interceptor);
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: CacheModuleAsyncOptions): DynamicModule {
    return {
      module: CacheModule,
      global: true,
      imports: [DiscoveryModule, cacheManager(), ...imports],
      providers: [
        { provide: CacheStats, useFactory: createStats },
        { provide: ServiceOptions, inject: [...inject], useFactory },
        { provide: Options, inject: [ServiceOptions, CacheStats], useFactory: withStats },
        {
          provide: Running,
          inject: [Options],
          useFactory: (options: CacheModuleOptions) => createCache(withoutDefaults(options)),
        },
        { provide: CacheRuntime, inject: [Options, Running], useFactory: toRuntime },
        { provide: TieredCache, inject: [Running], useFactory: ({ cache }: RunningCache) => cache },
        RouteDiscovery,
        Routes,
        RequestResolver,
        WriteBarrier,
        CacheInterceptor,
        CacheAdmin,
      ],
      exports: [Running, CacheRuntime, TieredCache, Routes, RequestResolver, CacheStats, CacheAdmin],
    };
  }

  /** After the HTTP server has finished its requests. */
  async onApplicationShutdown(): Promise<void> {
    await this.running.close();
  }
}

/** Counts events, and logs what is more than one request's; on the path of a hit, they are counted only. */
function createStats(): CacheStats {
  return new CacheStats({ onChange: new TransitionLog(new Logger('Cache')).report });
}

/** Events go to the statistics, and to whatever the service gave. */
function withStats(own: CacheModuleOptions, { record }: CacheStats): CacheModuleOptions {
  checkRouteDefaults(own);
  const { report } = own;
  if (report === undefined) return { ...own, report: record };
  return {
    ...own,
    report: (event) => {
      record(event);
      report(event);
    },
  };
}

/** What is left is for the cache, which refuses options that it does not know. */
function withoutDefaults(options: CacheModuleOptions): CacheOptions {
  const others = Object.entries(options).filter(([name]) => !isRouteDefault(name));
  return Object.fromEntries(others) as unknown as CacheOptions;
}

function toRuntime(options: CacheModuleOptions, running: RunningCache): CacheRuntime {
  const { cache, authority, shared, keys, clock } = running;
  const { consistency, ttlMs, isOutage, principalOf, report = () => undefined } = options;
  const defaults = { consistency, ttlMs, isOutage, principalOf };
  return { cache, authority, shared, keys, clock, report, defaults };
}

/** `CACHE_MANAGER`: an ordinary cache-manager cache over the same store, for whoever wants `get` and `set`. */
function cacheManager(): DynamicModule {
  return CacheManagerModule.registerAsync({
    isGlobal: true,
    inject: [Running],
    useFactory: ({ keyvStore }: RunningCache) => ({
      stores: [
        new Keyv({
          store: keyvStore(CACHE_MANAGER_NAMESPACE),
          namespace: CACHE_MANAGER_NAMESPACE,
          useKeyPrefix: false,
          throwOnErrors: true,
        }),
      ],
    }),
  });
}
