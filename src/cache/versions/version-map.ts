import { LRUCache } from 'lru-cache';
import type { Tag } from './tag.js';
import { newerOf, type Version } from './version.js';

/**
 * The versions that an instance knows, at most `capacity` tags, least recently used out first. It holds what it was
 * told: whether it may be trusted is the feed's to judge.
 */
export class VersionMap {
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
    this.versions.set(tag, newerOf(this.versions.peek(tag), version));
  }

  /**
   * Only for tags that are served: a version of a tag nobody asked for would push out one that is in use.
   * @returns whether the tag is served
   */
  update(tag: Tag, version: Version): boolean {
    if (!this.versions.has(tag)) return false;
    this.learn(tag, version);
    return true;
  }

  clear(): void {
    this.versions.clear();
  }
}
