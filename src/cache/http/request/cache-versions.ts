import type { Tag } from '../../versions/tag.js';
import {
  formatVersion,
  newerOf,
  parseVersion,
  type TagVersions,
  type Version,
} from '../../versions/version.js';

/** Carries versions from a write's response to the next read, which may be on another instance. */
export const CACHE_VERSIONS = 'cache-versions';

const MAX_LENGTH = 4_096;

/**
 * `patient:7b1d…=17.9f3ac1, patients=4.81c0de`.
 * @returns undefined when there is nothing to tell, or more than would be read
 */
export function formatCacheVersions(versions: TagVersions): string | undefined {
  const text = [...versions].map(([tag, version]) => `${tag}=${formatVersion(version)}`).join(', ');
  return text === '' || text.length > MAX_LENGTH ? undefined : text;
}

/**
 * Rule 7: what a client sends is a lower bound and no more; what cannot be read says nothing.
 * @returns undefined when nothing of it is about `tags`
 */
export function parseCacheVersions(header: string, tags: readonly Tag[]): TagVersions | undefined {
  if (header.length > MAX_LENGTH) return undefined;
  const own: ReadonlySet<string> = new Set(tags);
  const floor = new Map<Tag, Version>();
  for (const item of header.split(',')) {
    const [name = '', text = ''] = item.trim().split('=');
    const tag = name.toLowerCase();
    const version = own.has(tag) ? parseVersion(text) : undefined;
    if (version !== undefined) floor.set(tag as Tag, newerOf(floor.get(tag as Tag), version));
  }
  return floor.size > 0 ? floor : undefined;
}
