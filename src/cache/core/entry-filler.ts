import { Background } from '../base/background.js';
import { CacheError } from '../base/errors.js';
import { ownBytes, type Entry } from '../tiers/entry.js';
import type { SharedTier } from '../tiers/shared-tier.js';
import type { CacheCall, Loader } from './cache-call.js';
import { dependenciesHold } from './dependencies.js';
import type { CurrentKeys, Fill } from './fill.js';
import { LeasedLoad, type LeaseOptions } from './leased-load.js';
import { loadFromOrigin, type OriginLoadOptions } from './origin-load.js';

export type FillerOptions = OriginLoadOptions & Pick<LeaseOptions, 'leaseTtlMs' | 'leaseWaitMs'>;

const MAX_BACKGROUND_WRITES = 256;

/** Fills a miss of this process: from L2, from another process's load, or from the origin. Storing delays nobody. */
export class EntryFiller {
  private readonly background = new Background(MAX_BACKGROUND_WRITES);

  constructor(private readonly options: FillerOptions) {}

  /** L2, then the load lease, then the origin. */
  async fill<T>(call: CacheCall<T>, current: CurrentKeys, loader: Loader<T>): Promise<Fill<T>> {
    const { shared } = this.options;
    if (shared === undefined) return this.load(call, current, loader);
    const found = await this.fromShared(call, current, shared, false);
    if (found !== undefined) return found;
    this.options.report({ type: 'miss', name: call.name, tier: 'L2' });
    const work = {
      key: current.keys.entry,
      name: call.name,
      find: () => this.fromShared(call, current, shared, true),
      load: () => loadFromOrigin(call, current, loader, this.options),
    };
    const { background } = this;
    const leased = await new LeasedLoad(work, { ...this.options, background, store: shared.store }).run();
    return leased ?? this.load(call, current, loader);
  }

  /**
   * L2 alone.
   * @param current undefined: the versions cannot be had, or a tag has no row, so there is no key to look under
   * @throws {CacheError} `CACHE_NOT_CACHED`
   */
  async find<T>(call: CacheCall<T>, current: CurrentKeys | undefined): Promise<Fill<T>> {
    const { shared } = this.options;
    const found = shared && current && (await this.fromShared(call, current, shared, false));
    if (found !== undefined) return found;
    throw new CacheError(
      'CACHE_NOT_CACHED',
      'The answer is not in the cache, and the origin may not be asked.',
    );
  }

  /**
   * The origin, and stores what may be stored.
   * @param current undefined when the authority is down: then nothing is stored
   */
  async load<T>(call: CacheCall<T>, current: CurrentKeys | undefined, loader: Loader<T>): Promise<Fill<T>> {
    const { fill, writeShared } = await loadFromOrigin(call, current, loader, this.options);
    if (writeShared !== undefined && !this.background.run(async () => void (await writeShared())))
      this.options.report({ type: 'write-shed', name: call.name });
    return fill;
  }

  /** As this process's tier keeps it; undefined when the bytes are not what the serializer made. */
  toLocal<T>({ name, serializer }: CacheCall<T>, entry: Entry<Buffer>): Entry | undefined {
    try {
      const bytes = ownBytes(entry.content);
      const value = serializer.deserialize(bytes);
      return { ...entry, content: serializer.immutable ? value : bytes };
    } catch {
      this.options.report({ type: 'defect', name, reason: 'malformed' });
      return undefined;
    }
  }

  /** Waits for what is being stored, at most `deadlineMs`. */
  settle(deadlineMs: number): Promise<void> {
    return this.background.settle(deadlineMs);
  }

  private async fromShared<T>(
    call: CacheCall<T>,
    { keys }: CurrentKeys,
    shared: SharedTier,
    consistent: boolean,
  ): Promise<Fill<T> | undefined> {
    const found = await shared.read(keys, { name: call.name, consistent });
    const entry = found && this.toLocal(call, found);
    if (entry === undefined || !(await dependenciesHold(call, entry, this.options))) return undefined;
    this.options.report({ type: 'hit', name: call.name, tier: 'L2' });
    // With what is left of its life: a fresh one would begin anew at every instance.
    this.options.local.set(keys.local, keys.localPartition, entry);
    return { entry, source: 'L2', notStored: undefined };
  }
}
