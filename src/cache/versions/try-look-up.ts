import { AuthorityUnavailableError } from '../base/errors.js';
import type { Tag } from './tag.js';
import type { TagVersions } from './version.js';
import type { VersionAuthority } from './version-authority.js';

/**
 * The versions of `tags` as of some moment after this call.
 * @returns undefined when the authority is down: nothing may then be read from the cache, or stored in it
 */
export async function tryLookUp(
  authority: VersionAuthority,
  tags: readonly Tag[],
): Promise<TagVersions | undefined> {
  try {
    return await authority.lookUp(tags);
  } catch (error) {
    if (error instanceof AuthorityUnavailableError) return undefined;
    throw error;
  }
}
