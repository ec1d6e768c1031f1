import type { DynamicModule } from '@nestjs/common';
import { CacheModule, CacheStats, type CacheModuleOptions } from '../cache/index.js';
import { AppError } from '../common/errors/app-error.js';
import type { ServiceConfig } from '../config/index.js';
import { sharedTier } from './shared-tier.js';
import { buildFingerprint } from '../build-fingerprint.js';

/** The cache, set up for this service. */
export function cachingModule(config: ServiceConfig): DynamicModule {
  return CacheModule.forRootAsync({
    inject: [CacheStats],
    useFactory: (stats: CacheStats) => cacheOptions(config, stats),
  });
}

function cacheOptions(config: ServiceConfig, stats: CacheStats): CacheModuleOptions {
  const { databaseUrl, cache } = config;
  return {
    databaseUrl,
    store: sharedTier(config, stats.consume),
    namespace: `${buildFingerprint()}.${databaseName(databaseUrl)}`,
    localMaxBytes: cache.l1MaxBytes,
    ttlMs: cache.ttlMs,
    feedTimeoutMs: cache.feedTimeoutMs,
    ...(cache.feed ? {} : { openFeed: false as const }),
    consistency: cache.consistency,
    keySecret: cache.keySecret,
    principalOf: ({ principal }) => principal,
    isOutage: (error) => error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE',
  };
}

/** Host, port and name, without credentials: entries of one database are never read by a service of another. */
function databaseName(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
