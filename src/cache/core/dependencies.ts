import type { CacheCall } from './cache-call.js';
import type { Report } from '../base/events.js';
import type { LocalEntry } from '../tiers/local-tier.js';
import { isSame } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';

/**
 * Rule 9: whether what an entry depends on beside the tags of its key is still what it was. An entry that cached calls
 * inside its load added tags to is only as good as those.
 */
export async function dependenciesHold<T>(
  call: CacheCall<T>,
  entry: Pick<LocalEntry, 'dependencies'>,
  { authority, report }: { readonly authority: VersionAuthority | undefined; readonly report: Report },
): Promise<boolean> {
  if (entry.dependencies.size === 0) return true;
  const tags = [...entry.dependencies.keys()];
  try {
    const known = call.consistency === 'strong' ? undefined : authority?.known(tags);
    const current = known ?? (await authority?.lookUp(tags));
    if ([...entry.dependencies].every(([tag, version]) => isSame(version, current?.get(tag)))) return true;
  } catch {
    // Who cannot be asked cannot confirm.
  }
  report({ type: 'dependency-changed', name: call.name });
  return false;
}
