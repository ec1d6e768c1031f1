import { CacheError } from '../../src/cache/base/errors.js';
import type {
  CacheStore,
  CallOptions,
  ReadResult,
  StoreCapabilities,
  StoredEntry,
} from '../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../src/cache/keys/entry-key.js';
import type { StoreOperation } from '../../src/cache/base/events.js';
import type { Gate } from './cache-gate.js';

/** What goes wrong: an error to throw, or a call that never settles. */
export type Fault = Error | 'hang';

export const STORE_FAULT = new CacheError('CACHE_STORE_FAULT', 'made by a test');

/**
 * A store in front of another one that fails as a test wants, and gives out what a test makes of what is stored. It says
 * that it is shared: instances of one process stand for processes. The store behind it is closed by who made it.
 */
export class StoreDouble implements CacheStore {
  readonly capabilities: StoreCapabilities;
  /** Every call, in order, the failed ones too. */
  readonly calls: StoreOperation[] = [];
  private readonly faults = new Map<StoreOperation, Fault>();
  private readonly gates = new Map<StoreOperation, Gate>();
  /** Makes something else of what is read. */
  distort: (entry: StoredEntry, key: EntryKey) => unknown = (entry) => entry;

  /** Reads that are not consistent find nothing. */
  isBehind = false;

  constructor(
    private readonly store: CacheStore,
    capabilities: Partial<StoreCapabilities> = {},
  ) {
    this.capabilities = { ...store.capabilities, shared: true, ...capabilities };
  }

  /** From now on `operations` (default: all) fail. */
  fail(fault: Fault, ...operations: readonly StoreOperation[]): void {
    for (const operation of operations.length > 0 ? operations : ALL) this.faults.set(operation, fault);
  }

  heal(): void {
    this.faults.clear();
    this.distort = (entry) => entry;
  }

  /** From now on `operation` waits at `gate`; undefined: no more. Who waits already goes on waiting. */
  hold(operation: StoreOperation, gate: Gate | undefined): void {
    if (gate === undefined) this.gates.delete(operation);
    else this.gates.set(operation, gate);
  }

  count(operation: StoreOperation): number {
    return this.calls.filter((call) => call === operation).length;
  }

  async read(keys: readonly EntryKey[], options?: CallOptions): Promise<readonly ReadResult[]> {
    await this.step('read', options);
    const results = await this.store.read(keys, options);
    const absent = this.isBehind && options?.consistent !== true;
    return results.map((result, i) =>
      absent
        ? { entry: undefined }
        : result.entry === undefined
          ? result
          : { entry: this.distort(result.entry, keys[i] as EntryKey) as StoredEntry },
    );
  }

  async write(entries: readonly (readonly [EntryKey, StoredEntry])[], options?: CallOptions): Promise<void> {
    await this.step('write', options);
    await this.store.write(entries, options);
  }

  async newest(
    partition: string,
    options?: CallOptions,
  ): Promise<readonly [EntryKey, StoredEntry] | undefined> {
    await this.step('newest', options);
    const found = await this.store.newest(partition, options);
    return found && ([found[0], this.distort(found[1], found[0]) as StoredEntry] as const);
  }

  async acquireLease(key: EntryKey, owner: string, ttlMs: number, options?: CallOptions): Promise<boolean> {
    await this.step('acquire-lease', options);
    return this.store.acquireLease(key, owner, ttlMs, options);
  }

  async releaseLease(key: EntryKey, owner: string, options?: CallOptions): Promise<void> {
    await this.step('release-lease', options);
    await this.store.releaseLease(key, owner, options);
  }

  async ping(options?: CallOptions): Promise<void> {
    await this.step('ping', options);
    await this.store.ping(options);
  }

  close(): Promise<void> {
    this.fail(new CacheError('CACHE_STORE_FAULT', 'The store is closed.'));
    return Promise.resolve();
  }

  /** A client that hangs does not mind its signal either. */
  private async step(operation: StoreOperation, _options?: CallOptions): Promise<void> {
    this.calls.push(operation);
    const fault = this.faults.get(operation);
    if (fault === 'hang') await new Promise<never>(() => undefined);
    else if (fault !== undefined) throw fault;
    await this.gates.get(operation)?.pass();
  }
}

const ALL: readonly StoreOperation[] = ['read', 'write', 'newest', 'acquire-lease', 'release-lease', 'ping'];
