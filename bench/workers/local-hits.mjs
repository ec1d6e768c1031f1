// One cache in memory in a process of its own: fills it, says what an entry takes, then measures hits when it is told to.
// Driven by bench/growth.mjs over IPC.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setImmediate as breathe } from 'node:timers/promises';
import { createCache as createManager } from 'cache-manager';
import { createCache, memoize } from '../../dist/cache/index.js';
import { patientTag } from '../../dist/patients/cache-tags.js';
import { quantile } from '../support/figures.mjs';
import { BYTES, numberedUuid } from '../support/service.mjs';

const MAX_BYTES = 8 * 2 ** 30;
const TTL_MS = 3_600_000;
/** The feed's pings are to be answered in between. */
const BATCH = 1_000;

const { kind, entries, bytes, tags, databaseUrl, numberOfTags } = JSON.parse(process.env.BENCH_WORK);

/** Text of a JSON record, at random, so that no two entries share memory. */
function someRecord(i) {
  const record = { id: i, text: '' };
  record.text = randomBytes(Math.max(2, Math.ceil((bytes - JSON.stringify(record).length) / 2)))
    .toString('hex')
    .slice(0, Math.max(1, bytes - JSON.stringify(record).length));
  return record;
}

/** Each has `fill(i)`, which stores the entry `i`, and `hit(i)`, which reads it. */
const kinds = {
  'careline-bytes': () => careline((i) => Buffer.from(JSON.stringify(someRecord(i))), BYTES),
  'careline-json': () => careline(someRecord),
  'cache-manager': () => {
    const manager = createManager({ ttl: TTL_MS });
    return {
      fill: (i) => manager.set(`/api/patients/${i}`, someRecord(i)),
      hit: (i) => manager.get(`/api/patients/${i}`),
      close: () => undefined,
    };
  },
};

async function careline(make, serializer) {
  const { cache, close } = await createCache({
    databaseUrl,
    namespace: 'bench',
    localMaxBytes: MAX_BYTES,
    // On a busy machine a ping is late now and then: it is hits that are measured, not look-ups of versions.
    feedTimeoutMs: 60_000,
  });
  const read = memoize(cache, (i) => Promise.resolve(make(i)), {
    name: 'bench.record',
    tags: (i) =>
      Array.from({ length: tags }, (_, at) => patientTag(numberedUuid((i * tags + at) % numberOfTags))),
    snapshot: false,
    ...(serializer === undefined ? {} : { serializer }),
  });
  return { fill: read, hit: read, tier: cache.local, close };
}

function memory() {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, used: heapUsed + external };
}

const { fill, hit, tier, close } = await kinds[kind]();
// What the first calls allocate once is of no entry.
for (let i = 0; i < Math.min(entries, BATCH / 2); i++) await fill(i);
const first = Math.min(entries, BATCH / 2);
const before = memory();
for (let i = first; i < entries; i++) {
  await fill(i);
  if (i % BATCH === 0) await breathe();
}
const after = memory();
const added = Math.max(1, entries - first);
if (tier !== undefined && tier.size !== entries)
  throw new Error(`${tier.size} of ${entries} entries are held`);
process.send({
  used: (after.used - before.used) / added,
  rss: (after.rss - before.rss) / added,
  ...(tier === undefined ? {} : { counted: tier.bytes / tier.size }),
});

/** Hits of entries at random. */
async function measure(hits) {
  const taken = new Float64Array(hits);
  const order = Uint32Array.from({ length: hits }, () => Math.floor(Math.random() * entries));
  const cpu = process.cpuUsage();
  for (let n = 0; n < hits; n++) {
    const began = performance.now();
    await hit(order[n]);
    taken[n] = performance.now() - began;
    if (n % BATCH === 0) await breathe();
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    meanUs: (taken.reduce((sum, ms) => sum + ms, 0) / hits) * 1_000,
    p50Us: quantile(taken, 0.5) * 1_000,
    p99Us: quantile(taken, 0.99) * 1_000,
    cpuUs: (user + system) / hits,
  };
}

for (;;) {
  const [message] = await once(process, 'message');
  if (message.hits === undefined) break;
  process.send(await measure(message.hits));
}
await close();
process.disconnect();
