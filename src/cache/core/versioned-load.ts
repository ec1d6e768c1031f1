import type { CacheCall, Loader } from './cache-call.js';
import type { Clock } from '../base/clock.js';
import { CacheError } from '../base/errors.js';
import type { NotStored, Report } from '../base/events.js';
import { LoadScope, runLoad } from './load-scope.js';
import { tryLookUp } from '../versions/try-look-up.js';
import { isOlder, type TagVersions } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';

/** What a load brought, and under which versions it may be stored. */
export interface Loaded<T> {
  readonly value: T;
  readonly loadMs: number;
  /** Of the declared tags and of those that cached calls inside the load added. Empty when it may not be stored. */
  readonly versions: TagVersions;
  readonly notStored: NotStored | undefined;
  /** How long it may be kept because of what cached calls inside the load brought, in ms. */
  readonly keepMs: number;
}

const ATTEMPTS = 3;
const NO_VERSIONS: TagVersions = new Map();

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
  loader: Loader<T>,
  { authority, clock, report }: LoadTools,
): Promise<Loaded<T>> {
  let expected = lookedUp;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const scope = new LoadScope(call.tags, call.consistency === 'strong');
    const begun = clock.elapsed();
    const value = await runLoad(scope, loader);
    const loadMs = clock.elapsed() - begun;
    report({ type: 'loaded', name: call.name, durationMs: loadMs });
    if (expected === undefined || !lags(scope, expected)) {
      const verdict = judge(call, scope, expected, authority !== undefined, value);
      return { value, loadMs, keepMs: scope.keepMs, ...verdict };
    }
    report({ type: 'load-lagged', name: call.name });
    // After a restore the versions are lower than before. Where nobody can say, what was known remains the lower bound.
    expected = (authority && (await tryLookUp(authority, call.tags))) ?? expected;
  }
  throw new CacheError('CACHE_ORIGIN_LAGGING', 'The origin lags behind the version authority.');
}

/** Whether a snapshot saw a version older than the one that was known before it. */
function lags(scope: LoadScope, expected: TagVersions): boolean {
  for (const [tag, version] of scope.seen) {
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
  const refuse = (notStored: NotStored) => ({ versions: NO_VERSIONS, notStored });
  if (call.isCacheable?.(value) === false) return refuse('not-cacheable');
  if (scope.refusal !== undefined) return refuse(scope.refusal);
  if (!hasAuthority) return { versions: NO_VERSIONS, notStored: undefined };
  if (expected === undefined) return refuse('authority-down');
  // Without a snapshot: versions first, data after. What was read is at least as new.
  const isExact = call.consistency !== 'ttl' && call.snapshot;
  if (isExact && !scope.hasSnapshot) return refuse('no-snapshot');
  if (scope.sawTwoVersions) return refuse('torn');
  const own = isExact ? scope.seen : expected;
  if (!call.tags.every((tag) => own.has(tag))) return refuse('tag-without-row');
  return { versions: new Map([...scope.dependencies, ...own]), notStored: undefined };
}
