import type { Report } from '../base/events.js';
import type { Entry } from '../tiers/entry.js';
import { tryLookUp } from '../versions/try-look-up.js';
import { isSame } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';
import type { CacheCall } from './cache-call.js';

/**
 * Rule 9: whether what an entry depends on beside the tags of its key is still what it was. An entry that cached calls
 * inside its load added tags to is only as good as those.
 */
export async function dependenciesHold<T>(
  call: CacheCall<T>,
  { dependencies }: Pick<Entry, 'dependencies'>,
  { authority, report }: { readonly authority: VersionAuthority | undefined; readonly report: Report },
): Promise<boolean> {
  if (dependencies.size === 0) return true;
  const tags = [...dependencies.keys()];
  const known = call.consistency === 'strong' ? undefined : authority?.known(tags);
  // An authority that cannot be asked cannot confirm.
  const current = known ?? (authority && (await tryLookUp(authority, tags)));
  if ([...dependencies].every(([tag, version]) => isSame(version, current?.get(tag)))) return true;
  report({ type: 'dependency-changed', name: call.name });
  return false;
}
