import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tag } from './versions/tag.js';
import { isSame, type TagVersions, type Version } from './versions/version.js';

/**
 * What a running load has seen. A load that reads a database with snapshots reports here which versions its snapshot
 * saw (rule 1); cached calls inside it add their tags here (rule 9).
 */
export class LoadScope {
  private readonly wanted: Set<Tag>;
  private readonly seen = new Map<Tag, Version>();
  private snapshots = 0;
  private differing = false;

  constructor(declared: readonly Tag[]) {
    this.wanted = new Set(declared);
  }

  /** The tags whose versions the next snapshot has to read. */
  get tags(): readonly Tag[] {
    return [...this.wanted];
  }

  /** Rule 9: what is loaded now also depends on `tags`. */
  depend(tags: readonly Tag[]): void {
    for (const tag of tags) this.wanted.add(tag);
  }

  /** The versions of {@link tags} that one snapshot saw; rows that are missing are absent. */
  observe(versions: TagVersions): void {
    this.snapshots++;
    for (const [tag, version] of versions) {
      const earlier = this.seen.get(tag);
      if (earlier !== undefined && !isSame(version, earlier)) this.differing = true;
      this.seen.set(tag, version);
    }
  }

  /** What snapshots saw so far. */
  get seenVersions(): TagVersions {
    return this.seen;
  }

  /** Whether any snapshot was reported. */
  get hasSnapshot(): boolean {
    return this.snapshots > 0;
  }

  /** Two snapshots saw different versions of one tag: what was made of both is of no version. */
  get torn(): boolean {
    return this.differing;
  }

  /** The versions of all tags; undefined when one of them had no row in its snapshot, or was never looked at. */
  versions(): TagVersions | undefined {
    return [...this.wanted].every((tag) => this.seen.has(tag)) ? this.seen : undefined;
  }
}

type Context = LoadScope | 'bypass';

const storage = new AsyncLocalStorage<Context>();

/** The load that runs now; undefined outside of one. */
export function currentLoad(): LoadScope | undefined {
  const context = storage.getStore();
  return context instanceof LoadScope ? context : undefined;
}

/** Whether cached calls must go to the origin: inside a load or a transaction. */
export function mustBypass(): boolean {
  return storage.getStore() !== undefined;
}

/** Runs `load` as a load. */
export function runLoad<T>(scope: LoadScope, load: () => Promise<T>): Promise<T> {
  return storage.run(scope, load);
}

/**
 * Rule 9: runs `work` with every cached call in it going to the origin; for transactions, which see their own changes.
 * Inside a load, which bypasses already, the load goes on learning what it depends on.
 */
export function bypassCache<T>(work: () => T): T {
  return storage.run(storage.getStore() ?? 'bypass', work);
}
