export type Tier = 'L1' | 'L2';

/** Why a loaded value was not stored. */
export type NotStored =
  | 'tag-without-row'
  | 'authority-down'
  | 'torn'
  | 'no-snapshot'
  | 'not-cacheable'
  | 'tags-failed'
  | 'bypass'
  | 'closed'
  | 'undeclared-query'
  | 'no-principal';

/** Why something that is stored cannot be used. */
export type StoreDefect = 'expired' | 'chunk-missing' | 'checksum' | 'malformed';

/**
 * Why stored bytes cannot be decoded; each is counted on its own.
 * - `unknown-format`: a header byte that this codec does not take; also an entry in the clear where encryption is on.
 * - `decryption`: changed, moved from another row, or made under another secret.
 * - `unknown-key`: encrypted under a key that is not configured; also any encrypted entry where encryption is off.
 * - `key-unavailable`: the key is configured, but KMS does not give it.
 * - `empty`: no bytes at all.
 * - `malformed`: no bytes but something else, or a frame that contradicts itself.
 */
export type DecodeFault =
  | 'empty'
  | 'unknown-format'
  | 'decompression'
  | 'decryption'
  | 'unknown-key'
  | 'key-unavailable'
  | 'too-large'
  | 'malformed';

/** Why a feed was declared dead. */
export type FeedLoss =
  | 'connection-lost'
  | 'connect-failed'
  | 'unanswered'
  | 'backend-changed'
  | 'not-listening'
  | 'standby'
  | 'barrier-failed';

/** Why a stored entry was not used. `arguments`: it belongs to other arguments with the same hash. */
export type Defect = StoreDefect | DecodeFault | 'arguments';

/**
 * What a check of a hit against the origin came to. `changed`: the data changed meanwhile, which says nothing. `failed`:
 * the origin could not be read. `inconsistent`: the origin says something else under the same versions.
 */
export type CheckOutcome = 'consistent' | 'inconsistent' | 'changed' | 'failed';

/** What a store is asked to do. */
export type StoreOperation = 'read' | 'write' | 'newest' | 'acquire-lease' | 'release-lease' | 'ping';

/**
 * Everything that happens in the cache, in order: the one source of metrics, logs and of what tests observe. `name` is
 * the route or the function. No event carries a key or a value.
 */
export type CacheEvent =
  | { readonly type: 'hit'; readonly name: string; readonly tier: Tier }
  | { readonly type: 'miss'; readonly name: string; readonly tier: Tier }
  | { readonly type: 'joined'; readonly name: string }
  | { readonly type: 'loaded'; readonly name: string; readonly durationMs: number }
  | { readonly type: 'load-failed'; readonly name: string }
  | { readonly type: 'load-lagged'; readonly name: string }
  | { readonly type: 'stored'; readonly name: string; readonly tier: Tier; readonly bytes: number }
  | { readonly type: 'not-stored'; readonly name: string; readonly reason: NotStored }
  | { readonly type: 'served-stale'; readonly name: string; readonly ageMs: number }
  | { readonly type: 'refreshed-early'; readonly name: string }
  | {
      readonly type: 'lease';
      readonly name: string;
      readonly outcome: 'won' | 'waited' | 'timed-out' | 'unavailable';
    }
  | {
      readonly type: 'defect';
      readonly name: string;
      readonly reason: Defect;
    }
  | { readonly type: 'dependency-changed'; readonly name: string }
  | { readonly type: 'store-fault'; readonly operation: StoreOperation; readonly code: string }
  | { readonly type: 'write-shed'; readonly name: string }
  | { readonly type: 'breaker'; readonly state: 'closed' | 'open' | 'half-open' }
  /** The breaker of leases, and of what a store answers past the cache in front of it. */
  | { readonly type: 'lease-breaker'; readonly state: 'closed' | 'open' | 'half-open' }
  | { readonly type: 'feed-connected' }
  | { readonly type: 'feed-lost'; readonly reason: FeedLoss }
  | { readonly type: 'map-dropped' }
  | { readonly type: 'versions-untold' }
  | { readonly type: 'invalidated' }
  /** An operator flushed `*`, or a tag of this kind: `patient` stands for any one patient. */
  | { readonly type: 'flushed'; readonly kind: string }
  | { readonly type: 'checked'; readonly name: string; readonly outcome: CheckOutcome };

/** Takes each event as it happens. It must not throw, and must be quick: it runs on the path of a hit. */
export type Report = (event: CacheEvent) => void;
