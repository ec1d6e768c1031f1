import type { Tag } from './tag.js';
import type { TagVersions, Version } from './version.js';

/** The state of the feed, for operators. */
export type FeedState = 'live' | 'distrusted' | 'dead';

/**
 * Knows the versions of tags: the source of truth of what is current (PostgreSQL in Careline). All methods take tags in
 * canonical order with the tag of everything among them; tags that have no row are absent from the answers.
 */
export interface VersionAuthority {
  readonly feedState: FeedState;

  /** The versions of `tags` from memory. Undefined when one is not known, or the feed is not known to be fresh. */
  known(tags: readonly Tag[]): TagVersions | undefined;

  /**
   * The versions of `tags` as of some moment after this call.
   * @throws {AuthorityUnavailableError}
   */
  lookUp(tags: readonly Tag[]): Promise<TagVersions>;

  /**
   * Resolves when what was committed before this call can no longer be overlooked by this instance. Never rejects.
   * @returns the versions of `tags` as of some moment after this call: the same round trip brings them. Undefined where they
   *   cannot be had, or none were asked for
   */
  barrier(tags?: readonly Tag[]): Promise<TagVersions | undefined>;

  /** The newest version of `*` that this instance knows of, also while the authority is down; undefined: of none. */
  readonly everything: Version | undefined;

  /**
   * Raises the versions of `tags`, in one transaction of its own.
   * @returns the new versions
   * @throws {AuthorityUnavailableError}
   */
  bump(tags: readonly Tag[]): Promise<TagVersions>;

  /**
   * Gives a row to those of `tags` that have none. Of several processes that do it at once, one does; no version that
   * exists is raised.
   * @throws {AuthorityUnavailableError}
   */
  create(tags: readonly Tag[]): Promise<void>;

  close(): Promise<void>;
}
