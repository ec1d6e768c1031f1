import type { BatchGetAnswer, BatchWriteAnswer } from '../../src/cache/stores/dynamo/item-client.js';
import { digest, someBytes, someKey, somePartition } from '../contract/store-under-test.js';
import { DynamoBench } from '../support/dynamo-bench.js';
import type { Interceptor, SentRequest } from '../support/intercepted-items.js';

const KIB = 1_024;

describe('the requests of DynamoStore', () => {
  let bench: DynamoBench;

  beforeEach(async () => {
    bench = await DynamoBench.open();
  });
  afterEach(() => bench.close());

  const keysOf = (count: number) => {
    const partition = somePartition();
    return Array.from({ length: count }, (_, i) => ({
      partition,
      versions: `*@${String(i).padStart(3, '0')}.a`,
    }));
  };
  const entryOf = (bytes: Buffer) => ({ bytes, createdAtMs: 1, expiresAtMs: bench.clock.now() + 1_000 });

  // Guards the order in DynamoStore.write: with the head first, a reader meets a head without chunks.
  it('write: sends the head when all further chunks have been acknowledged', async () => {
    const steps: string[] = [];
    bench.items.interceptor = async ({ operation, rows }, forward) => {
      steps.push(`${operation} ${rows.length}`);
      const answer = await forward();
      steps.push(`${operation} acknowledged`);
      return answer;
    };
    await bench.write(someKey(), someBytes(60 * 350 * KIB, 'x'));

    expect(steps.slice(-2)).toEqual(['put 1', 'put acknowledged']);
    expect(steps.filter((step) => step === 'put 1')).toHaveLength(1);
    expect(steps.filter((step) => step === 'batchWrite acknowledged').length).toBeGreaterThan(2);
  });

  it('write: sends no head after a chunk failed, and the entry stays a miss', async () => {
    const key = someKey();
    bench.items.interceptor = () => Promise.reject(new Error('chunk not written'));
    await expect(bench.write(key, someBytes(1_500_000, 'x'))).rejects.toThrow('chunk not written');

    expect(new Set(bench.items.operations)).toEqual(new Set(['batchWrite']));
    expect(await bench.store.read([key], { consistent: true })).toEqual([{ entry: undefined }]);
  });

  it('write: every write draws a generation of its own, and all its rows expire with it', async () => {
    const key = someKey();
    await bench.write(key, someBytes(800_000, 'one'));
    await bench.write(key, someBytes(800_000, 'two'));

    const rows = await bench.rowsOf(key.partition);
    const generations = rows
      .map(({ sk }) => sk.split('#')[2])
      .filter((generation) => generation !== undefined);
    expect(generations).toHaveLength(4);
    expect(new Set(generations).size).toBe(2);
    expect(generations).toContain((await bench.row(key))['g']);
    for (const { ttl } of rows) expect(ttl).toBe((bench.clock.now() + 60_000) / 1_000);
  });

  it('write: rounds the expiry up to whole seconds', async () => {
    const key = someKey();
    const expiresAtMs = bench.clock.now() + 1;
    await bench.store.write([[key, { ...entryOf(Buffer.from('x')), expiresAtMs }]]);

    expect(await bench.row(key)).toMatchObject({ x: expiresAtMs, ttl: (expiresAtMs + 999) / 1_000 });
  });

  it('requests: keep to 25 items, 100 keys, and a size that is answered soon', async () => {
    const keys = keysOf(30);
    const bytes = someBytes(700 * KIB, 'x');
    await bench.store.write(keys.map((key) => [key, entryOf(bytes)]));
    const results = await bench.store.read(keys, { consistent: true });

    expect(new Set(results.map(({ entry }) => digest(entry?.bytes)))).toEqual(new Set([digest(bytes)]));
    for (const { operation, request } of [...bench.items.sent, ...bench.pastCache.sent]) {
      if (operation === 'batchWrite') expect(JSON.stringify(sizes(request))).toMatch(/^\[(\d+,){0,24}\d+\]$/);
      if (operation === 'batchWrite') expect(sum(sizes(request)) * (4 / 3)).toBeLessThan(KIB * KIB);
    }
    expect(Math.max(...bench.pastCache.sent.map(({ rows }) => rows.length))).toBeLessThanOrEqual(100);
  });

  it('write: sends again what was left unprocessed, after pauses that grow up to a limit', async () => {
    const keys = keysOf(25);
    const counts: number[] = [];
    // Twelve rounds: three in vain, one that takes a third, five in vain, and then all the rest.
    const taken = [0, 0, 0, 8, 0, 0, 0, 0, 0, 25];
    bench.items.interceptor = leaving(taken, counts);
    await bench.store.write(keys.map((key, i) => [key, entryOf(Buffer.from(String(i)))]));

    const results = await bench.store.read(keys, { consistent: true });
    expect(results.map(({ entry }) => entry?.bytes.toString())).toEqual(keys.map((_, i) => String(i)));
    expect(counts).toEqual([25, 25, 25, 25, 17, 17, 17, 17, 17, 17]);
    expect(bench.pauses).toEqual([10, 20, 40, 5, 10, 20, 40, 50, 50]);
  });

  it('read: asks again for what was left unprocessed', async () => {
    const keys = keysOf(10);
    await bench.store.write(keys.map((key, i) => [key, entryOf(Buffer.from(String(i)))]));
    const counts: number[] = [];
    bench.items.interceptor = leaving([3, 0, 4, 9], counts);

    const results = await bench.store.read(keys);
    expect(results.map(({ entry }) => entry?.bytes.toString())).toEqual(keys.map((_, i) => String(i)));
    expect(counts).toEqual([10, 7, 7, 3]);
  });

  it('batches: that make no progress are a fault', async () => {
    const keys = keysOf(3);
    const counts: number[] = [];
    bench.items.interceptor = leaving(
      Array.from({ length: 100 }, () => 0),
      counts,
    );

    await expect(bench.store.read(keys)).rejects.toMatchObject({ code: 'CACHE_STORE_FAULT' });
    expect(counts).toHaveLength(8);
  });

  // A server that answers a read which is not consistent may have the head before it has the chunks.
  it('read: asks for missing chunks once more, consistently', async () => {
    const key = someKey();
    const bytes = someBytes(1_100_000, 'x');
    await bench.write(key, bytes);
    bench.items.sent.length = 0;
    bench.items.interceptor = async ({ operation, request }, forward) => {
      const answer = (await forward()) as BatchGetAnswer;
      if (operation !== 'batchGet' || isConsistent(request)) return answer;
      return { Responses: { [bench.table.name]: answer.Responses?.[bench.table.name]?.slice(1) } };
    };
    const [result] = await bench.store.read([key]);

    expect(digest(result?.entry?.bytes)).toBe(digest(bytes));
    expect(bench.items.sent.map(({ operation, rows }) => `${operation} ${rows.length}`)).toEqual([
      'get 1',
      'batchGet 2',
      'batchGet 1',
      'batchGet 2',
    ]);
    expect(bench.items.sent.slice(1).map(({ request }) => isConsistent(request))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('read: of one key is one GetItem that is not consistent, of an expired large entry too', async () => {
    const key = someKey();
    await bench.write(key, someBytes(1_100_000, 'x'));
    bench.clock.advance(60_000);
    bench.items.sent.length = 0;
    await bench.store.read([key, key]);

    expect(bench.items.operations).toEqual(['get']);
    expect(bench.items.sent[0]?.request).toMatchObject({ ConsistentRead: false });
  });

  it('past the cache: leases, newest and consistent reads go there, all else does not', async () => {
    const [key, other] = [someKey(), someKey()];
    await bench.write(key, Buffer.from('x'));
    await bench.store.read([key, other]);
    await bench.store.ping();
    expect([bench.items.operations, bench.pastCache.operations]).toEqual([['put', 'batchGet', 'get'], []]);

    bench.items.sent.length = 0;
    await bench.store.newest(key.partition);
    await bench.store.read([key], { consistent: true });
    await bench.store.acquireLease(key, 'me', 1_000);
    await bench.store.releaseLease(key, 'me');
    expect([bench.items.operations, bench.pastCache.operations]).toEqual([
      [],
      ['query', 'get', 'get', 'put', 'delete'],
    ]);
    for (const { operation, request } of bench.pastCache.sent) {
      if (operation === 'get' || operation === 'query')
        expect(request).toMatchObject({ ConsistentRead: true });
    }
  });

  it('newest: reads all pages, without payloads, and then the winner alone', async () => {
    const partition = somePartition();
    const entries = Array.from({ length: 30 }, (_, i) => {
      const key = { partition, versions: `*@${i}.a` };
      return [
        key,
        { ...entryOf(someBytes(100 * KIB, String(i))), createdAtMs: 1_000 + ((i * 7) % 30) },
      ] as const;
    });
    await bench.store.write(entries);
    const items: unknown[] = [];
    bench.pastCache.interceptor = async ({ operation }, forward) => {
      const answer = (await forward()) as { Items?: unknown[] };
      if (operation === 'query') items.push(...(answer.Items ?? []));
      return answer;
    };
    const found = await bench.store.newest(partition);

    const winner = entries.find(([, { createdAtMs }]) => createdAtMs === 1_029);
    expect(found).toEqual([winner?.[0], winner?.[1]]);
    expect(bench.pastCache.operations.slice(-2)).toEqual(['query', 'get']);
    expect(bench.pastCache.operations.length).toBeGreaterThan(3);
    expect(items).toHaveLength(30);
    for (const item of items) expect(Object.keys(item as object).sort()).toEqual(['pk', 'sk', 't', 'x']);
  });

  it('progress: is told after each answer', async () => {
    let count = 0;
    const progress = (): void => {
      count += 1;
    };
    const key = someKey();
    await bench.store.write([[key, entryOf(someBytes(20 * KIB * KIB, 'x'))]], { progress });
    const requests = bench.items.sent.length;
    expect(count).toBe(requests);
    await bench.store.read([key], { progress });
    expect(count).toBe(bench.items.sent.length);
    expect(bench.items.sent.length).toBeGreaterThan(requests + 1);
  });

  function sizes(request: SentRequest['request']): readonly number[] {
    const batch = (request['RequestItems'] as Record<string, { PutRequest: { Item: { b: Buffer } } }[]>)[
      bench.table.name
    ];
    return (batch ?? []).map(({ PutRequest }) => PutRequest.Item.b.length);
  }

  function isConsistent(request: SentRequest['request']): boolean {
    const batches = request['RequestItems'] as Record<string, { ConsistentRead: boolean }>;
    return batches[bench.table.name]?.ConsistentRead === true;
  }

  /** Lets so many items of each batch through as `taken` says, and notes how many there were. */
  function leaving(taken: readonly number[], counts: number[]): Interceptor {
    return async ({ operation, request, rows }, forward) => {
      const take = taken[counts.length] ?? Number.NaN;
      counts.push(rows.length);
      const { table } = bench;
      if (operation === 'batchWrite') {
        const all = (request['RequestItems'] as Record<string, unknown[]>)[table.name] ?? [];
        const UnprocessedItems = { [table.name]: all.slice(take) } as BatchWriteAnswer['UnprocessedItems'];
        if (take > 0) await forward({ ...request, RequestItems: { [table.name]: all.slice(0, take) } });
        return { UnprocessedItems } satisfies BatchWriteAnswer;
      }
      if (operation !== 'batchGet') return forward();
      const { Keys, ...rest } = (
        request['RequestItems'] as Record<string, { Keys: Record<string, unknown>[] }>
      )[table.name]!;
      const answer = {
        UnprocessedKeys: { [table.name]: { ...rest, Keys: Keys.slice(take) } },
      } satisfies BatchGetAnswer;
      if (take === 0) return answer;
      const part = { RequestItems: { [table.name]: { ...rest, Keys: Keys.slice(0, take) } } };
      return { ...((await forward(part)) as BatchGetAnswer), ...answer };
    };
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
