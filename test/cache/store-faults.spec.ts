import type { StoredEntry } from '../../src/cache/stores/contract/cache-store.js';
import { createItemClient } from '../../src/cache/stores/dynamo/document-item-client.js';
import { DynamoStore } from '../../src/cache/stores/dynamo/dynamo-store.js';
import { MemoryStore } from '../../src/cache/stores/memory/memory-store.js';
import { CacheCluster, type Instance } from '../support/cache-cluster.js';
import { countOf } from '../support/cache-harness.js';
import { STORE_FAULT, StoreDouble } from '../support/cache-store-double.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';

const TIMEOUT_MS = 40;
const ROUNDS = 8;

/** The tier between instances is optional: whatever it does, every answer is right. */
describe('faults of the shared tier', () => {
  let cluster: CacheCluster;
  let id: string;
  let round: number;

  beforeAll(async () => (cluster = await CacheCluster.start()));
  beforeEach(async () => {
    id = await cluster.rows.patient('Before');
    round = 0;
  });
  afterEach(() => cluster.closeInstances());
  afterAll(() => cluster.close());

  /** Changes the record again and again; after each change every instance answers with it, from wherever. */
  async function expectRight(instances: readonly Instance[], rounds = ROUNDS): Promise<void> {
    for (let i = 0; i < rounds; i++) {
      const name = `Name ${++round}`;
      await cluster.rename(id, name);
      for (const instance of instances) {
        await instance.authority.barrier();
        expect(await instance.name(id)).toBe(name);
        expect(await instance.name(id, 'strong')).toBe(name);
      }
    }
  }

  describe('a store that fails', () => {
    let stores: StoreDouble[];
    let instances: Instance[];

    beforeEach(async () => {
      const memory = new MemoryStore({ maxBytes: 8_000_000 });
      stores = [new StoreDouble(memory), new StoreDouble(memory)];
      instances = await Promise.all(
        stores.map((ownStore) => cluster.instance({ ownStore, storeTimeoutMs: TIMEOUT_MS })),
      );
      await expectRight(instances, 1);
    });

    // Guards guarded-store.ts: the time limit, the breaker, and that no method throws.
    it.each([
      ['throws', STORE_FAULT],
      ['throws what is not ours', new RangeError('made by a test')],
      ['hangs', 'hang'],
    ] as const)('it %s: every answer is right, the breaker opens, and closes by itself', async (_, fault) => {
      for (const store of stores) store.fail(fault);
      await expectRight(instances);
      for (const { events } of instances) expect(events).toContainEqual({ type: 'breaker', state: 'open' });

      for (const store of stores) store.heal();
      for (const { events } of instances) {
        await waitUntil('the breaker is closed', async () => {
          await expectRight(instances, 1);
          return events.some((event) => event.type === 'breaker' && event.state === 'closed');
        });
      }
      await expectRight(instances, 1);
      await waitUntil('it is shared again', async () => {
        const cold = await cluster.instance({ ownStore: stores[0] as StoreDouble });
        return (await cold.read(id)).source === 'L2';
      });
    });

    // Guards leased-load.ts, waitForTurn: a lease that nobody can give is not waited for.
    it('only its leases fail: every answer is right', async () => {
      for (const store of stores) store.fail('hang', 'acquire-lease', 'release-lease');
      await expectRight(instances, 2);
    });

    // Guards shared-tier.ts, decode, and envelope.ts, unpackEnvelope: reason by reason.
    it.each([
      ['other letters', 'checksum', damaged],
      ['cut off', 'checksum', ({ bytes }: StoredEntry) => bytes.subarray(0, -1)],
      ['of an unknown format', 'unknown-format', ({ bytes }: StoredEntry) => Buffer.from([77, ...bytes])],
      ['empty', 'empty', () => Buffer.alloc(0)],
      ['no bytes', 'malformed', () => 'text'],
    ] as const)(
      'what it gives out is %s: every answer is right, counted as %s, and the breaker stays closed',
      async (...row) => {
        const [, reason, damage] = row;
        for (const store of stores) store.distort = (entry) => ({ ...entry, bytes: damage(entry) });
        await expectRight(instances, 1);
        const cold = await cluster.instance({ ownStore: stores[0] as StoreDouble });

        expect(await cold.read(id)).toMatchObject({ value: { name: `Name ${round}` }, source: 'load' });
        expect(countOf(cold.events, { type: 'defect', reason })).toBeGreaterThan(0);
        expect(countOf(cold.events, { type: 'breaker' })).toBe(0);
      },
    );

    // Guards envelope.ts, checksumOf: the key.
    it('what it gives out is the record of somebody else: never served', async () => {
      const [store] = stores as [StoreDouble];
      const other = await cluster.rows.patient('Somebody else');
      let foreign: StoredEntry | undefined;
      store.distort = (entry) => (foreign = entry);
      await waitUntil('it is shared', async () => {
        const reader = await cluster.instance({ ownStore: store });
        return (await reader.read(other)).source === 'L2';
      });
      store.distort = () => foreign;
      const cold = await cluster.instance({ ownStore: store });

      expect(await cold.name(id)).toBe(`Name ${round}`);
      expect(countOf(cold.events, { type: 'defect', reason: 'checksum' })).toBeGreaterThan(0);
    });
  });

  describe('DynamoDB', () => {
    let table: TestTable;

    beforeEach(async () => (table = await createTestTable()));
    afterEach(() => table.drop());

    function instance(): Promise<Instance> {
      const ownStore = new DynamoStore({ table: table.name, items: createItemClient(table.connection) });
      return cluster.instance({ ownStore });
    }

    // Guards dynamo-store.ts and guarded-store.ts: a table that is gone is a fault of the moment.
    it('the table is dropped while requests run, and made again: every answer is right, and it is used again', async () => {
      const instances = [await instance(), await instance()];
      await expectRight(instances, 2);
      await Promise.all([expectRight(instances, ROUNDS), table.drop()]);
      for (const { events } of instances) expect(events).toContainEqual({ type: 'breaker', state: 'open' });

      await table.create();
      await waitUntil('the breakers are closed', async () => {
        await expectRight(instances, 1);
        return instances.every(({ events }) =>
          events.some((event) => event.type === 'breaker' && event.state === 'closed'),
        );
      });
      await expectRight(instances, 1);
      await waitUntil('it is shared again', async () => (await (await instance()).read(id)).source === 'L2');
    });
  });
});

/** In the middle of a name, where JSON stays JSON. */
function damaged({ bytes }: StoredEntry): Buffer {
  const copy = Buffer.from(bytes);
  copy.write('nAME', copy.indexOf('Name'));
  return copy;
}
