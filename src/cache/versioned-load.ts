import type { CacheCall } from './cache-call.js';
import type { Clock } from './clock.js';
import { CacheError } from './errors.js';
import type { NotStored, Report } from './events.js';
import { LoadScope, runLoad } from './load-scope.js';
import type { TagVersions } from './versions/version.js';
import { isOlder } from './versions/version.js';
import type { VersionAuthority } from './versions/version-authority.js';

/** What a load brought, and under which versions it may be stored. */
export interface Loaded<T> {
  readonly value: T;
  readonly loadMs: number;
  /** Of the declared tags and of those that cached calls inside the load added. Empty when it may not be stored. */
  readonly versions: TagVersions;
  readonly notStored: NotStored | undefined;
}

const ATTEMPTS = 3;
const NONE: TagVersions = new Map();

export interface LoadTools {
  readonly authority: VersionAuthority | undefined;
  readonly clock: Clock;
  readonly report: Report;
}

/**
 * Runs `loader` and finds out what it read (rule 1). A load from a server that lags behind the versions that were
 * looked up is discarded, and done again with versions asked for anew.
 * @param lookedUp undefined when the authority is down: then nothing is checked, and nothing stored
 * @throws {CacheError} `CACHE_ORIGIN_LAGGING` when three loads lagged; else whatever the loader throws
 */
export async function versionedLoad<T>(
  call: CacheCall<T>,
  lookedUp: TagVersions | undefined,
  loader: () => Promise<T>,
  { authority, clock, report }: LoadTools,
): Promise<Loaded<T>> {
  let expected = lookedUp;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const scope = new LoadScope(call.tags);
    const begun = clock.elapsed();
    const value = await runLoad(scope, loader);
    const loadMs = clock.elapsed() - begun;
    report({ type: 'loaded', name: call.name, durationMs: loadMs });
    if (expected === undefined || !lags(scope, expected)) {
      return { value, loadMs, ...judge(call, scope, expected, authority !== undefined, value) };
    }
    report({ type: 'load-lagged', name: call.name });
    expected = await authority?.lookUp(call.tags);
  }
  throw new CacheError('CACHE_ORIGIN_LAGGING', 'The origin lags behind the version authority.');
}

/** Whether a snapshot saw a version older than the one that was known before it. */
function lags(scope: LoadScope, expected: TagVersions): boolean {
  for (const [tag, version] of scope.seenVersions) {
    const before = expected.get(tag);
    if (before !== undefined && isOlder(version, before)) return true;
  }
  return false;
}

function judge<T>(
  call: CacheCall<T>,
  scope: LoadScope,
  expected: TagVersions | undefined,
  hasAuthority: boolean,
  value: T,
): Pick<Loaded<T>, 'versions' | 'notStored'> {
  const refuse = (notStored: NotStored) => ({ versions: NONE, notStored });
  if (call.isCacheable?.(value) === false) return refuse('not-cacheable');
  if (!hasAuthority) return { versions: NONE, notStored: undefined };
  if (expected === undefined) return refuse('authority-down');
  if (call.consistency === 'ttl' || !call.snapshot) {
    // Versions first, data after: what was read is at least as new, if all that it depends on was asked for.
    const complete = scope.tags.every((tag) => expected.has(tag));
    return complete ? { versions: expected, notStored: undefined } : refuse('tag-without-row');
  }
  if (!scope.hasSnapshot) return refuse('no-snapshot');
  if (scope.torn) return refuse('torn');
  const seen = scope.versions();
  return seen === undefined ? refuse('tag-without-row') : { versions: seen, notStored: undefined };
}
