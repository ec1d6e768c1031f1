// Flush with 100,000 entries in the table: how long it takes, and which calls DynamoDB gets for it: none.
import {
  createCache,
  createCacheTable,
  createCodec,
  createDynamoClient,
  createItemClient,
  DynamoStore,
  EVERYTHING,
  memoize,
} from '../dist/cache/index.js';
import { setTimeout as delay } from 'node:timers/promises';
import { withClinic } from './support/clinic.mjs';
import { report, spread, timed } from './support/figures.mjs';
import { connectionOf } from './support/service.mjs';

const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 100_000);
const FLUSHES = 21;
const BATCH = 100;
const WRITERS = 4;
const TABLE = 'cache-bench';

await withClinic({ dynamodb: true }, async ({ environment, engines }) => {
  const connection = connectionOf(environment);
  const client = createDynamoClient(connection);
  await createCacheTable(client, TABLE);
  client.destroy();
  const calls = [];
  const store = new DynamoStore({ table: TABLE, items: counted(createItemClient(connection), calls) });
  const cache = await createCache({
    databaseUrl: engines.databaseUrl,
    namespace: 'bench',
    store: { store, codec: createCodec({ encryption: { mode: 'off' } }), timeoutMs: 5_000 },
  });
  try {
    let loads = 0;
    const value = memoize(cache.cache, () => Promise.resolve(++loads), {
      name: 'bench.value',
      tags: () => [],
      snapshot: false,
    });
    const fillMs = await timed(() => fill(store));
    const written = () => calls.filter((name) => name === 'put' || name === 'delete').length;
    const filled = written();
    const flush = async () => {
      await value();
      // Storing delays nobody: when a lease, an entry and the lease's end are written, no load brings more.
      while (written() - filled < 3 * loads) await delay(5);
      const before = calls.length;
      const ms = await timed(() => cache.authority.bump([EVERYTHING]));
      await cache.authority.barrier();
      return { ms, made: calls.slice(before) };
    };
    const flushes = [];
    for (let i = 0; i < FLUSHES; i++) flushes.push(await flush());
    if (loads !== FLUSHES)
      throw new Error(`${loads} loads after ${FLUSHES} flushes: something old was served`);
    const scans = calls.filter((name) => name === 'query').length;
    report(
      'flush',
      `Flush with ${ENTRIES.toLocaleString('en')} entries in DynamoDB Local, ${FLUSHES} flushes (filled in ${Math.round(fillMs / 1000)} s)`,
      ['flush ms', 'calls on DynamoDB by flushes', 'queries and scans'],
      [
        [
          spread(
            flushes.map(({ ms }) => ms),
            2,
          ),
          flushes.flatMap(({ made }) => made).length,
          scans,
        ],
      ],
    );
  } finally {
    await cache.close();
  }
});

/** Notes the name of every call. */
function counted(items, calls) {
  return new Proxy(items, {
    get: (target, name) =>
      typeof target[name] === 'function'
        ? (...args) => (calls.push(name), target[name](...args))
        : target[name],
  });
}

async function fill(store) {
  const now = Date.now();
  let next = 0;
  const writer = async () => {
    while (next < ENTRIES) {
      const from = next;
      next += BATCH;
      const count = Math.min(BATCH, ENTRIES - from);
      await store.write(
        Array.from({ length: count }, (_, i) => [
          { partition: `bench:entry#=${from + i}`, versions: '*@1.a' },
          { bytes: Buffer.from(`entry ${from + i}`), createdAtMs: now, expiresAtMs: now + 3_600_000 },
        ]),
      );
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}
