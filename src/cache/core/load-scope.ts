import { AsyncLocalStorage } from 'node:async_hooks';
import type { NotStored } from '../base/events.js';
import type { Tag } from '../versions/tag.js';
import { isSame, type TagVersions, type Version } from '../versions/version.js';

/**
 * What a running load has seen. A load that reads a database with snapshots reports here which versions its snapshots
 * saw (rule 1); cached calls inside it report what they depend on (rule 9).
 */
export class LoadScope {
  private readonly snapshot = new Map<Tag, Version>();
  private readonly inner = new Map<Tag, Version>();
  private snapshots = 0;
  private hasTwoVersions = false;
  private refused: NotStored | undefined;
  private limitMs = Infinity;

  /**
   * @param tags what the load declares: the tags whose versions each of its snapshots has to read
   * @param strong whether cached calls inside it must ask for versions too
   */
  constructor(
    readonly tags: readonly Tag[],
    readonly strong = false,
  ) {}

  /** The versions of {@link tags} that one snapshot saw; rows that are missing are absent. */
  observe(versions: TagVersions): void {
    this.snapshots++;
    this.learn(this.snapshot, versions);
  }

  /** Rule 9: what is loaded now is also made of what a cached call read under `versions`, to be kept for `keepMs`. */
  depend(versions: TagVersions, keepMs: number): void {
    this.limitMs = Math.min(this.limitMs, keepMs);
    this.learn(this.inner, versions);
  }

  /** What is loaded now may not be stored: of something that it is made of nobody knows the versions. */
  refuse(reason: NotStored): void {
    this.refused ??= reason;
  }

  /** What the snapshots of this load saw so far. */
  get seen(): TagVersions {
    return this.snapshot;
  }

  /** What cached calls inside it read so far. */
  get dependencies(): TagVersions {
    return this.inner;
  }

  /** Whether any snapshot was reported. */
  get hasSnapshot(): boolean {
    return this.snapshots > 0;
  }

  /** Two snapshots saw different versions of one tag: what was made of both is of no version. */
  get sawTwoVersions(): boolean {
    return this.hasTwoVersions;
  }

  get refusal(): NotStored | undefined {
    return this.refused;
  }

  /** How long what is loaded may be kept because of what it is made of, in ms. */
  get keepMs(): number {
    return this.limitMs;
  }

  private learn(known: Map<Tag, Version>, versions: TagVersions): void {
    for (const [tag, version] of versions) {
      const earlier = this.snapshot.get(tag) ?? this.inner.get(tag);
      if (earlier !== undefined && !isSame(version, earlier)) this.hasTwoVersions = true;
      known.set(tag, version);
    }
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
