import { createHash, randomBytes } from 'node:crypto';
import type { CacheCall, CacheOutcome } from '../../src/cache/core/cache-call.js';
import { createItemClient } from '../../src/cache/stores/dynamo/document-item-client.js';
import { DynamoStore } from '../../src/cache/stores/dynamo/dynamo-store.js';
import { EVERYTHING } from '../../src/cache/versions/tag.js';
import { CacheCluster, type Instance } from '../support/cache-cluster.js';
import { Gate } from '../support/cache-gate.js';
import { countOf, recordCall } from '../support/cache-harness.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { InterceptedItems } from '../support/intercepted-items.js';
import { waitUntil } from '../support/wait-until.js';

/** Compressed it is half as long, which takes several rows. */
const LONG = 1_200_000;
const CALL: CacheCall<string> = recordCall<string>({ tags: [EVERYTHING], consistency: 'ttl' });

interface Writer extends Instance {
  /** Its heads are not written before this is open. */
  readonly head: Gate;
  readonly value: string;
}

/**
 * Two loaders may store the same key with other bytes: each alone is valid, never a mixture. Guards entry-items.ts:
 * `chunkKey(key, i + 1, generation)`, and dynamo-store.ts: `newGeneration()`.
 */
describe('two instances store one key at once, in chunks', () => {
  let cluster: CacheCluster;
  let table: TestTable;
  let a: Writer;
  let b: Writer;

  beforeEach(async () => {
    cluster = await CacheCluster.start();
    table = await createTestTable();
    [a, b] = await Promise.all([writer(), writer()]);
  });
  afterEach(async () => {
    a.head.open();
    b.head.open();
    await cluster.close();
    await table.drop();
  });

  async function writer(): Promise<Writer> {
    const head = new Gate();
    const items = new InterceptedItems(createItemClient(table.connection));
    items.interceptor = async ({ operation, rows }, forward) => {
      const isWrite = operation === 'put' || operation === 'batchWrite';
      if (isWrite && rows.every((row) => !row.includes('#'))) await head.pass();
      return forward();
    };
    const instance = await cluster.instance({
      ownStore: new DynamoStore({ table: table.name, items: items.client }),
      storeTimeoutMs: 20_000,
    });
    return { ...instance, head, value: randomBytes(LONG / 2).toString('hex') };
  }

  /** Loads and stores past what is cached. Resolves when all chunks are written, and the head is next. */
  async function write(by: Writer): Promise<void> {
    await by.cache.getOrLoad({ ...CALL, mode: 'reload' }, () => Promise.resolve(by.value));
    await by.head.reached;
  }

  async function finish(by: Writer): Promise<void> {
    by.head.open();
    await waitUntil('it is stored', () => countOf(by.events, { type: 'stored', tier: 'L2' }) === 1);
  }

  /** What an instance finds that has nothing yet. */
  async function read(): Promise<CacheOutcome<string> | undefined> {
    const cold = await cluster.instance({
      ownStore: new DynamoStore({ table: table.name, items: createItemClient(table.connection) }),
      storeTimeoutMs: 20_000,
    });
    const found = await cold.cache
      .getOrLoad({ ...CALL, mode: 'only-if-cached' }, () => Promise.reject(new Error('asked the origin')))
      .catch(() => undefined);
    expect(countOf(cold.events, { type: 'defect' })).toBe(0);
    return found;
  }

  it('each finishes when the chunks of both are there: whole, and the last head wins', async () => {
    await write(a);
    await write(b);
    expect(await read()).toBeUndefined();
    await finish(b);
    expect(digest(await read())).toBe(digest(b));
    await finish(a);

    expect(digest(await read())).toBe(digest(a));
  });

  it('one writes its chunks over the finished entry of the other: that one stays whole', async () => {
    await write(a);
    await finish(a);
    await write(b);
    expect(digest(await read())).toBe(digest(a));
    await finish(b);

    expect(digest(await read())).toBe(digest(b));
  });
});

/** What stands in for two long texts: a difference between them is not to be printed. */
function digest(of: { readonly value: string } | undefined): string | undefined {
  return of && createHash('sha256').update(of.value).digest('hex');
}
