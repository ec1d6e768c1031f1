import { canonicalArguments } from '../../src/cache/keys/canonical-arguments.js';
import type { CacheCall, CacheOutcome, Consistency } from '../../src/cache/core/cache-call.js';
import { createCodec } from '../../src/cache/codec/create-codec.js';
import { createCache, type CacheOptions, type RunningCache } from '../../src/cache/create-cache.js';
import type { CacheEvent } from '../../src/cache/base/events.js';
import type { CacheStore } from '../../src/cache/stores/contract/cache-store.js';
import { createItemClient } from '../../src/cache/stores/dynamo/document-item-client.js';
import { DynamoStore } from '../../src/cache/stores/dynamo/dynamo-store.js';
import { MemoryStore } from '../../src/cache/stores/memory/memory-store.js';
import { canonicalTags, uuidTag } from '../../src/cache/versions/tag.js';
import { PatientOrigin, type PatientRecord } from './cache-origin.js';
import { recordCall } from './cache-harness.js';
import { StoreDouble } from './cache-store-double.js';
import { ClinicalRows } from './clinical-rows.js';
import { createTestTable } from './dynamodb.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { waitUntil } from './wait-until.js';

export const BOUND_MS = 300;
export const patientTag = uuidTag('patient');

/** What all instances of a cluster share beside the database. */
export interface SharedPlace {
  /** A store of one instance. */
  open(): CacheStore;
  remove(): Promise<void>;
}

/** One store for all instances of this process, which then stand for processes. */
export function inMemory(): Promise<SharedPlace> {
  const store = new MemoryStore({ maxBytes: 64 * 1024 * 1024 });
  return Promise.resolve({ open: () => new StoreDouble(store), remove: () => store.close() });
}

/** A table of its own in DynamoDB Local. */
export async function inDynamo(): Promise<SharedPlace> {
  const table = await createTestTable();
  const open = () => new DynamoStore({ table: table.name, items: createItemClient(table.connection) });
  return { open, remove: () => table.drop() };
}

export interface InstanceOptions extends Partial<Omit<CacheOptions, 'store'>> {
  /** Default: one of the cluster's place. */
  readonly ownStore?: CacheStore;
  /** How the origin's data is reached, where that is another way than the versions. */
  readonly originUrl?: string;
  readonly storeTimeoutMs?: number;
}

/** One instance of the service, as far as the cache is concerned. */
export interface Instance extends RunningCache {
  readonly events: CacheEvent[];
  readonly origin: PatientOrigin;
  /** The record of a patient through the cache. */
  read(
    id: string,
    overrides?: Partial<CacheCall<PatientRecord | null>>,
  ): Promise<CacheOutcome<PatientRecord | null>>;
  /** The name alone. */
  name(id: string, consistency?: Consistency): Promise<string | undefined>;
  /** Resolves when an event of this type was reported after the call. */
  next(type: CacheEvent['type'], deadlineMs?: number): Promise<void>;
}

/** Instances of the cache over one PostgreSQL database and one shared store, and a writer past all of them. */
export class CacheCluster {
  private instances: Instance[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly rows: ClinicalRows,
    private readonly place: SharedPlace,
  ) {}

  static async start(place: () => Promise<SharedPlace> = inMemory): Promise<CacheCluster> {
    const database = await createTestDatabase();
    return new CacheCluster(database, await ClinicalRows.connect(database.url), await place());
  }

  async instance(instanceOptions: InstanceOptions = {}): Promise<Instance> {
    const { originUrl, ownStore, storeTimeoutMs = 2_000, ...options } = instanceOptions;
    const events: CacheEvent[] = [];
    const store = ownStore ?? this.place.open();
    const running = await createCache({
      databaseUrl: this.database.url,
      namespace: 'test',
      feedTimeoutMs: BOUND_MS,
      selfCheck: false,
      report: (event) => events.push(event),
      ...options,
      store: { store, codec: createCodec({ encryption: { mode: 'off' } }), timeoutMs: storeTimeoutMs },
    });
    const origin = new PatientOrigin(originUrl ?? this.database.url);
    const instance = compose(running, origin, events);
    this.instances.push(instance);
    return instance;
  }

  /** Changes a patient's name past all instances, as psql would; committed when it resolves. */
  async rename(id: string, name: string): Promise<void> {
    await this.rows.query('UPDATE patient SET family_name = $2 WHERE id = $1', [id, name]);
  }

  /** Ends the instances of a test; database and store stay for the next one. */
  async closeInstances(): Promise<void> {
    const open = this.instances;
    this.instances = [];
    await Promise.all(open.map((instance) => instance.close()));
  }

  async close(): Promise<void> {
    await this.closeInstances();
    await this.rows.close();
    await this.place.remove();
    await this.database.drop();
  }
}

function compose(running: RunningCache, origin: PatientOrigin, events: CacheEvent[]): Instance {
  const read: Instance['read'] = (id, overrides = {}) => {
    const call = recordCall<PatientRecord | null>({
      args: canonicalArguments([id]),
      tags: canonicalTags([patientTag(id)]),
      ...overrides,
    });
    return running.cache.getOrLoad(call, () => origin.record(id));
  };
  return {
    ...running,
    events,
    origin,
    read,
    name: async (id, consistency = 'bounded') => (await read(id, { consistency })).value?.name,
    next: async (type, deadlineMs) => {
      const from = events.length;
      await waitUntil(
        `the event ${type}`,
        () => events.slice(from).some((event) => event.type === type),
        deadlineMs,
      );
    },
    close: async () => {
      await Promise.all([running.close(), origin.close()]);
    },
  };
}
