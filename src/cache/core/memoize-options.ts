import { DURATION, type Duration } from '../base/duration.js';
import { checkOptions, FUNCTION, OBJECT, optional, TEXT, type OptionRules } from '../base/option-checks.js';
import { BY_TTL, BY_VERSIONS } from './freshness-options.js';
import type { Serializer } from '../base/serializer.js';
import type { Tag } from '../versions/tag.js';
import type { Consistency } from './cache-call.js';

interface CommonOptions<A extends readonly unknown[], R> {
  /** What the function is called in keys and metrics; must be unique. */
  readonly name: string;
  /** The part of the arguments that the result depends on. Default: all of them. */
  readonly key?: (...args: A) => unknown;
  /** How long "there is none" (`null`) is kept. Default: as long as other values. */
  readonly negativeTtl?: Duration;
  /** Age up to which an older value may be returned when the function fails. Default: never. */
  readonly staleIfError?: Duration;
  /** Which errors of the function say that the origin is down. Default: all. */
  readonly isOutage?: (error: unknown) => boolean;
  /** Default: JSON; every caller gets a copy of its own. */
  readonly serializer?: Serializer<R>;
}

/** Freshness comes from the versions of `tags`. */
interface VersionedMemoizeOptions<A extends readonly unknown[], R> extends CommonOptions<A, R> {
  readonly tags: (...args: A) => readonly Tag[];
  /** Default `bounded`. */
  readonly consistency?: Exclude<Consistency, 'ttl'>;
  /** Default 24 h. */
  readonly ttl?: Duration;
  /** False: the function reads strongly consistently, but not in a snapshot that it reports. Default true. */
  readonly snapshot?: boolean;
}

/** Plain expiry. */
interface ExpiringMemoizeOptions<A extends readonly unknown[], R> extends CommonOptions<A, R> {
  readonly consistency: 'ttl';
  readonly ttl: Duration;
  /** Nothing invalidates it but time. */
  readonly tags?: undefined;
}

export type MemoizeOptions<A extends readonly unknown[], R> =
  VersionedMemoizeOptions<A, R> | ExpiringMemoizeOptions<A, R>;

const COMMON = {
  name: TEXT,
  key: optional(FUNCTION),
  negativeTtl: optional(DURATION),
  staleIfError: optional(DURATION),
  isOutage: optional(FUNCTION),
  serializer: optional(OBJECT),
};
const VERSIONED: OptionRules<VersionedMemoizeOptions<never, never>> = { ...COMMON, ...BY_VERSIONS };
const EXPIRING: OptionRules<ExpiringMemoizeOptions<never, never> & { snapshot: never }> = {
  ...COMMON,
  ...BY_TTL,
};

interface Named {
  readonly name: string;
  readonly consistency?: string;
}

/**
 * Checks the options of a memoized function.
 * @returns what errors call the function
 * @throws {CacheUsageError} naming the function and the option
 */
export function checkMemoizeOptions(options: Named): string {
  const { name, consistency }: Partial<Named> = OBJECT.accepts(options) ? options : {};
  const of = TEXT.accepts(name) ? `memoize "${name}"` : 'memoize';
  checkOptions(of, options, consistency === 'ttl' ? EXPIRING : VERSIONED);
  return of;
}
