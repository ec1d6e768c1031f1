export { CacheAdmin } from './admin/cache-admin.js';
export { CacheStats } from './stats/cache-stats.js';
export { serveConsole } from './admin/console/serve-console.js';
export type { Explanation } from './admin/explain.js';
export { Histogram } from './stats/histogram.js';
export type { CacheOverview } from './stats/overview.js';
export type { CacheCall, CacheOutcome, Consistency, Source } from './core/cache-call.js';
export { CacheModule, type CacheModuleAsyncOptions, type CacheModuleOptions } from './cache.module.js';
export type { Codec } from './codec/codec.js';
export { createCodec } from './codec/create-codec.js';
export type { EncryptionOptions } from './codec/encryption-options.js';
export { createCache, type CacheOptions, type RunningCache } from './create-cache.js';
export type { Duration } from './base/duration.js';
export {
  AuthorityUnavailableError,
  CacheError,
  CacheUsageError,
  type CacheErrorCode,
} from './base/errors.js';
export type { CacheEvent, Report } from './base/events.js';
export { AnnouncesVersions, Cached } from './http/cached.decorator.js';
export type { CachedOptions, CachedRequest } from './http/routes/cached-declaration.js';
export { bypassCache } from './core/load-scope.js';
export { memoize } from './core/memoize.js';
export type { MemoizeOptions } from './core/memoize-options.js';
export type { Serializer } from './base/serializer.js';
export { observeSnapshot } from './core/snapshot.js';
export type { CacheStore } from './stores/contract/cache-store.js';
export type { DaxConnection } from './stores/dax/dax-item-client.js';
export { DaxStore } from './stores/dax/dax-store.js';
export { createCacheTable, dropCacheTable } from './stores/dynamo/cache-table.js';
export { createItemClient } from './stores/dynamo/document-item-client.js';
export { createDynamoClient, type DynamoConnection } from '../dynamo/dynamo-client.js';
export { DynamoStore, type DynamoStoreOptions } from './stores/dynamo/dynamo-store.js';
export { MemoryStore } from './stores/memory/memory-store.js';
export { TieredCache } from './core/tiered-cache.js';
export { collectionTag, EVERYTHING, parseTag, uuidTag, type Tag } from './versions/tag.js';
export type { VersionAuthority } from './versions/version-authority.js';
