import { validateHeaderName, validateHeaderValue } from 'node:http';
import { DURATION } from '../../base/duration.js';
import {
  checkOptions,
  FUNCTION,
  OBJECT,
  oneOf,
  optional,
  POSITIVE_INTEGER,
  TEXT,
  TEXTS,
  THE_CACHE,
  type OptionRule,
  type OptionRules,
} from '../../base/option-checks.js';
import { BY_TTL, BY_VERSIONS } from '../../core/freshness-options.js';
import type { CachedOptions, ExpiringOptions, VersionedOptions } from './cached-declaration.js';
import type { RouteDefaults } from './cached-route.js';

/** A field that cannot be sent would fail every request of its route. */
const FIELD_NAMES: OptionRule = {
  expected: 'an array of names of header fields',
  accepts: (value) => TEXTS.accepts(value) && passes(() => (value as string[]).forEach(checkName)),
};
const FIELD_VALUE: OptionRule = {
  expected: 'text that can be sent in a header',
  accepts: (value) => typeof value === 'string' && passes(() => validateHeaderValue('cache-control', value)),
};

const COMMON = {
  name: optional(TEXT),
  scope: oneOf('shared', 'principal', 'role'),
  query: optional(TEXTS),
  vary: optional(FIELD_NAMES),
  cacheControl: optional(FIELD_VALUE),
  staleIfError: optional(DURATION),
};
const VERSIONED: OptionRules<VersionedOptions> = { ...COMMON, ...BY_VERSIONS };
const EXPIRING: OptionRules<ExpiringOptions & Pick<VersionedOptions, 'snapshot'>> = { ...COMMON, ...BY_TTL };
const DEFAULTS: OptionRules<RouteDefaults> = {
  consistency: oneOf('strong', 'bounded'),
  ttlMs: POSITIVE_INTEGER,
  isOutage: FUNCTION,
  principalOf: FUNCTION,
};

/**
 * Checks what `@Cached` was given.
 * @param handler `<controller>.<handler>`
 * @throws {CacheUsageError} naming the handler and the option
 */
export function checkCachedOptions(handler: string, options: CachedOptions): void {
  const expires = (options as Partial<CachedOptions> | null)?.consistency === 'ttl';
  checkOptions(handler, options, expires ? EXPIRING : VERSIONED);
}

/** @throws {CacheUsageError} naming the option of the module that is wrong */
export function checkRouteDefaults(options: RouteDefaults): void {
  const own = OBJECT.accepts(options)
    ? Object.fromEntries(Object.entries(options).filter(([name]) => isRouteDefault(name)))
    : options;
  checkOptions(THE_CACHE, own, DEFAULTS);
}

/** Whether the option `name` of the module is one of {@link RouteDefaults}. */
export function isRouteDefault(name: string): boolean {
  return Object.hasOwn(DEFAULTS, name);
}

function checkName(field: string): void {
  validateHeaderName(field);
}

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
