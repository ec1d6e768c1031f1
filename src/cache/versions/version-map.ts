import { LRUCache } from 'lru-cache';
import { EVERYTHING, type Tag } from './tag.js';
import { newerOf, type Version } from './version.js';

/**
 * The versions that an instance knows, at most `capacity` tags, least recently used out first. It holds what it was
 * told: whether it may be trusted is the feed's to judge.
 */
export class VersionMap {
  /**
   * The version of `*` that is known to be the newest. It outlives {@link clear}: in an outage nobody can be asked. After a
   * restore it is the one that the next look-up of the feed brings.
   */
  everything: Version | undefined;
  private readonly versions: LRUCache<Tag, Version>;

  constructor(capacity: number) {
    this.versions = new LRUCache({ max: capacity });
  }

  get size(): number {
    return this.versions.size;
  }

  get(tag: Tag): Version | undefined {
    return this.versions.get(tag);
  }

  /** Rule 4: the higher counter wins, whichever arrives last. */
  learn(tag: Tag, version: Version): void {
    const newer = newerOf(this.versions.peek(tag), version);
    this.versions.set(tag, newer);
    if (tag === EVERYTHING) this.everything = newer;
  }

  /**
   * Only for tags that are served: a version of a tag nobody asked for would push out one that is in use.
   * @returns whether the tag is served
   */
  update(tag: Tag, version: Version): boolean {
    const isServed = this.versions.has(tag);
    if (isServed || tag === EVERYTHING) this.learn(tag, version);
    return isServed;
  }

  clear(): void {
    this.versions.clear();
  }
}
