import { randomUUID } from 'node:crypto';
import { Background } from '../base/background.js';
import type { CacheCall, Source } from './cache-call.js';
import type { CallKeys, KeyScheme } from '../keys/cache-key.js';
import { CacheError } from '../base/errors.js';
import type { NotStored } from '../base/events.js';
import { dependenciesHold } from './dependencies.js';
import { takeLease } from './load-lease.js';
import type { LocalEntry, LocalTier } from '../tiers/local-tier.js';
import type { SharedEntry, SharedTier } from '../tiers/shared-tier.js';
import { EVERYTHING, type Tag } from '../versions/tag.js';
import type { EntryKey } from '../keys/entry-key.js';
import { formatVersion, type TagVersions } from '../versions/version.js';
import { versionedLoad, type Loaded, type LoadTools } from './versioned-load.js';

export interface FillerOptions extends LoadTools {
  readonly local: LocalTier;
  /** Undefined: this process is the only tier. */
  readonly shared: SharedTier | undefined;
  readonly keys: KeyScheme;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  /** How long a load lease lasts whose holder died, in ms. */
  readonly leaseTtlMs: number;
  /** How long to wait for another process's load, in ms. */
  readonly leaseWaitMs: number;
}

/** What a miss in this process came to. */
export interface Filled<T> {
  /** Undefined when the value has no serial form: then only `value` is there. */
  readonly entry: LocalEntry | undefined;
  /** What the loader returned; absent when it comes from L2. */
  readonly value?: T;
  readonly source: Source;
  readonly notStored: NotStored | undefined;
}

const TTL_JITTER = 0.1;
const MAX_BACKGROUND_WRITES = 256;
/** Longer than an eventually consistent read lags, and than a look-up takes. To be late costs a second load. */
const LEASE_LINGER_MS = 500;
const MAX_SLACK_BYTES = 256;

/** Fills a miss of this process: from L2, from another process's load, or from the origin; and stores what it loaded. */
export class EntryFiller {
  private readonly background = new Background(MAX_BACKGROUND_WRITES);

  constructor(private readonly options: FillerOptions) {}

  /** L2, then the load lease, then the origin. */
  async fill<T>(call: CacheCall<T>, versions: TagVersions, loader: () => Promise<T>): Promise<Filled<T>> {
    const { shared, report, random, leaseTtlMs, leaseWaitMs } = this.options;
    if (shared === undefined) return this.load(call, versions, loader);
    const keys = this.options.keys.of(call, versions);
    const found = await this.fromShared(call, keys, shared, false);
    if (found !== undefined) return found;
    this.options.report({ type: 'miss', name: call.name, tier: 'L2' });

    const owner = randomUUID();
    const find = () => this.fromShared(call, keys, shared, true);
    const lease = await takeLease(keys.entry, call.name, owner, find, {
      store: shared.store,
      report,
      random,
      ttlMs: leaseTtlMs,
      waitMs: leaseWaitMs,
    });
    if (!lease.held) return lease.found ?? this.load(call, versions, loader);
    const release = () => shared.store.releaseLease(keys.entry, owner, { name: call.name });
    // A cache in between may go on saying that there is none.
    const stored = shared.store.direct ? await find() : undefined;
    if (stored !== undefined) {
      this.background.run(release);
      return stored;
    }
    // Once there is an entry, the lease ends a little later: who missed the entry just before it was stored gets no lease and
    // looks again, so that whoever gets one need not.
    const linger = () => shared.store.acquireLease(keys.entry, owner, LEASE_LINGER_MS, { name: call.name });
    const done = async (stored: EntryKey | undefined): Promise<void> => {
      await (stored?.versions === keys.entry.versions ? linger() : release());
    };
    try {
      return await this.load(call, versions, loader, done);
    } catch (error) {
      this.background.run(release);
      throw error;
    }
  }

  /**
   * L2 alone.
   * @throws {CacheError} `CACHE_NOT_CACHED`
   */
  async find<T>(call: CacheCall<T>, versions: TagVersions | undefined): Promise<Filled<T>> {
    const { shared, keys } = this.options;
    const found = shared && versions && (await this.fromShared(call, keys.of(call, versions), shared, false));
    if (found === undefined) {
      throw new CacheError(
        'CACHE_NOT_CACHED',
        'The answer is not in the cache, and the origin may not be asked.',
      );
    }
    return found;
  }

  /**
   * Loads, and stores what may be stored; storing delays nobody.
   * @param done runs when L2 has the entry, with its key, or will not have it for long
   */
  async load<T>(
    call: CacheCall<T>,
    versions: TagVersions | undefined,
    loader: () => Promise<T>,
    done: AfterStoring = () => Promise.resolve(),
  ): Promise<Filled<T>> {
    const loaded = await versionedLoad(call, versions, loader, this.options);
    const packed = loaded.notStored === 'not-cacheable' ? undefined : this.pack(call, loaded);
    const notStored = packed === undefined ? 'not-cacheable' : loaded.notStored;
    if (packed !== undefined && notStored === undefined) {
      this.store(call, loaded.versions, packed, done);
      return { value: loaded.value, entry: packed.entry, source: 'load', notStored };
    }
    this.options.report({ type: 'not-stored', name: call.name, reason: notStored ?? 'not-cacheable' });
    this.background.run(() => done(undefined));
    return { value: loaded.value, entry: packed?.entry, source: 'load', notStored };
  }

  /** Waits for what is being stored, at most `deadlineMs`. */
  settle(deadlineMs: number): Promise<void> {
    return this.background.settle(deadlineMs);
  }

  private async fromShared<T>(
    call: CacheCall<T>,
    keys: CallKeys,
    shared: SharedTier,
    consistent: boolean,
  ): Promise<Filled<T> | undefined> {
    const found = await shared.read(keys.entry, keys.args, { name: call.name, consistent });
    const entry = found && this.toLocal(call, found);
    if (entry === undefined || !(await dependenciesHold(call, entry, this.options))) return undefined;
    this.options.report({ type: 'hit', name: call.name, tier: 'L2' });
    // With what is left of its life: a fresh one would begin anew at every instance.
    this.options.local.set(keys.local, keys.localPartition, entry);
    return { entry, source: 'L2', notStored: undefined };
  }

  /** Undefined when the bytes are not what the serializer made. */
  toLocal<T>(
    call: CacheCall<T>,
    { head, body, createdAtMs, expiresAtMs }: SharedEntry,
  ): LocalEntry | undefined {
    try {
      const own = ownBytes(body);
      const value = call.serializer.deserialize(own);
      const held = call.serializer.immutable ? value : own;
      return { ...head, held, size: body.length, createdAtMs, expiresAtMs };
    } catch {
      this.options.report({ type: 'defect', name: call.name, reason: 'malformed' });
      return undefined;
    }
  }

  private store<T>(
    call: CacheCall<T>,
    versions: TagVersions,
    { entry, body }: Packed,
    done: AfterStoring,
  ): void {
    const { local, shared, report, clock } = this.options;
    const keys = this.options.keys.of(call, onlyOf(call.tags, versions));
    local.set(keys.local, keys.localPartition, entry);
    report({ type: 'stored', name: call.name, tier: 'L1', bytes: entry.size });
    if (shared === undefined) return;
    const { createdAtMs, expiresAtMs, none, everything, dependencies, loadMs } = entry;
    const head = { none, everything, dependencies, loadMs, args: keys.args };
    const begun = this.background.run(async () => {
      const written = await shared.write(keys.entry, { head, body, createdAtMs, expiresAtMs }, call.name);
      const lasts = expiresAtMs - clock.now() > LEASE_LINGER_MS;
      await done(written && lasts ? keys.entry : undefined);
    });
    if (!begun) report({ type: 'write-shed', name: call.name });
  }

  /** Undefined when the value has no serial form. */
  private pack<T>(call: CacheCall<T>, { value, versions, loadMs, keepMs }: Loaded<T>): Packed | undefined {
    const body = serialize(call, value);
    if (body === undefined) return undefined;
    const everything = versions.get(EVERYTHING);
    const createdAtMs = this.options.clock.now();
    const none = value === null;
    const ttlMs = Math.min(none ? call.negativeTtlMs : call.ttlMs, keepMs);
    const jitter = 1 + TTL_JITTER * (2 * this.options.random() - 1);
    const entry: LocalEntry = {
      held: call.serializer.immutable ? value : ownBytes(body),
      size: body.length,
      none,
      everything: everything && formatVersion(everything),
      dependencies: without(call.tags, versions),
      createdAtMs,
      expiresAtMs: createdAtMs + Math.round(ttlMs * jitter),
      loadMs,
    };
    return { entry, body };
  }
}

type AfterStoring = (stored: EntryKey | undefined) => Promise<void>;

interface Packed {
  readonly entry: LocalEntry;
  readonly body: Buffer;
}

function serialize<T>(call: CacheCall<T>, value: T): Buffer | undefined {
  try {
    return call.serializer.serialize(value);
  } catch {
    return undefined;
  }
}

/** Not a view of a larger buffer, which would be kept as a whole: Node cuts short ones from slabs that many share. */
function ownBytes(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength <= bytes.length + MAX_SLACK_BYTES) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

function onlyOf(tags: readonly Tag[], versions: TagVersions): TagVersions {
  return new Map([...versions].filter(([tag]) => tags.includes(tag)));
}

function without(tags: readonly Tag[], versions: TagVersions): TagVersions {
  return new Map([...versions].filter(([tag]) => !tags.includes(tag)));
}
