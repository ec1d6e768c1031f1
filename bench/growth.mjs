// How a hit in memory grows, and what an entry takes: 1,000 to 1,000,000 entries, 1 to 16 tags an entry, records of 1 KB to
// 1 MB. Beside it cache-manager in memory, which is what Nest's CacheInterceptor reads from. Every cache has a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createCache } from '../dist/cache/index.js';
import { patientTag } from '../dist/patients/cache-tags.js';
import { withClinic } from './support/clinic.mjs';
import { median, number, report, spread } from './support/figures.mjs';
import { decades, plot } from './support/plot.mjs';
import { numberedUuid } from './support/service.mjs';

const ROUNDS = 7;
const TAGS = 10_000;
const TAGS_A_CREATION = 500;
const KIB = 1_024;
const WORKER = join(import.meta.dirname, 'workers/local-hits.mjs');
const NAMES = {
  'careline-bytes': 'Careline, bytes',
  'careline-json': 'Careline, JSON (copies)',
  'cache-manager': 'cache-manager',
};

const SWEEPS = [
  {
    name: 'growth-entries',
    title: 'Hits in memory by number of entries (records of 100 bytes, one tag)',
    axis: { label: 'entries', ticks: [1_000, 10_000, 100_000, 1_000_000], text: (n) => number(n) },
    kinds: ['careline-bytes', 'cache-manager'],
    work: (entries) => ({ entries, bytes: 100, tags: 1 }),
    hits: () => 20_000,
    memory: true,
  },
  {
    name: 'growth-tags',
    title: 'Hits in memory by tags an entry (1,000 entries of 100 bytes)',
    axis: { label: 'tags an entry', ticks: [1, 2, 4, 8, 16], text: String },
    kinds: ['careline-bytes'],
    work: (tags) => ({ entries: 1_000, bytes: 100, tags }),
    hits: () => 20_000,
  },
  {
    name: 'growth-size',
    title: 'Hits in memory by size of the record (50 entries, one tag)',
    axis: {
      label: 'bytes of JSON',
      ticks: [KIB, 16 * KIB, 128 * KIB, KIB * KIB],
      text: (bytes) => (bytes < KIB * KIB ? `${bytes / KIB} KiB` : `${bytes / KIB / KIB} MiB`),
    },
    kinds: ['careline-bytes', 'careline-json', 'cache-manager'],
    work: (bytes) => ({ entries: 50, bytes, tags: 1 }),
    // Copies of large records take milliseconds.
    hits: (kind, bytes) => (kind === 'careline-bytes' ? 20_000 : Math.min(20_000, Math.ceil(1e8 / bytes))),
  },
];

await withClinic({}, async ({ engines: { databaseUrl } }) => {
  await createTags(databaseUrl);
  for (const sweep of SWEEPS) await run(sweep, databaseUrl);
});

async function createTags(databaseUrl) {
  const { authority, close } = await createCache({ databaseUrl, namespace: 'bench' });
  const tags = Array.from({ length: TAGS }, (_, i) => patientTag(numberedUuid(i)));
  while (tags.length > 0) await authority.create(tags.splice(0, TAGS_A_CREATION));
  await close();
}

async function run({ name, title, axis, kinds, work, hits, memory = false }, databaseUrl) {
  const workers = [];
  try {
    for (const x of axis.ticks)
      for (const kind of kinds)
        workers.push(
          await start({ kind, x, hits: hits(kind, x) }, { ...work(x), numberOfTags: TAGS, databaseUrl }),
        );
    for (let round = 0; round <= ROUNDS; round++)
      for (const worker of workers) {
        const measured = await ask(worker.child, { hits: worker.hits });
        // The first round warms up.
        if (round > 0) worker.rounds.push(measured);
      }
  } finally {
    await Promise.all(workers.map(stop));
  }
  report(
    name,
    `${title}, ${ROUNDS} rounds`,
    [axis.label, 'cache', 'µs a hit', 'p50 µs', 'p99 µs', 'CPU µs a hit'].concat(
      memory ? ['bytes an entry (heap and buffers)', '(RSS)', '(as counted)'] : [],
    ),
    workers.map(({ kind, x, rounds, size }) => [
      axis.text(x),
      NAMES[kind],
      ...['meanUs', 'p50Us', 'p99Us', 'cpuUs'].map((figure) => spread(of(rounds, figure), 1)),
      ...(memory ? [size.used, size.rss, size.counted].map((bytes) => (bytes ? number(bytes) : '')) : []),
    ]),
  );
  draw(name, title, axis, workers, 'µs a hit (p50)', ({ rounds }) => of(rounds, 'p50Us'));
  if (memory)
    draw(`${name}-bytes`, 'Memory an entry by number of entries', axis, workers, 'bytes', ({ size }) => [
      size.used,
    ]);
}

function of(rounds, figure) {
  return rounds.map((round) => round[figure]);
}

function draw(name, title, x, workers, label, valuesOf) {
  const series = Object.entries(Object.groupBy(workers, ({ kind }) => kind)).map(([kind, all]) => ({
    name: NAMES[kind],
    points: all.map((worker) => {
      const values = valuesOf(worker);
      return { x: worker.x, median: median(values), min: Math.min(...values), max: Math.max(...values) };
    }),
  }));
  const ticks = decades(series.flatMap(({ points }) => points.flatMap(({ min, max }) => [min, max])));
  plot(name, { title, x, y: { label, ticks, text: (n) => number(n, n < 1 ? 1 : 0) }, series });
}

async function start(worker, work) {
  const child = fork(WORKER, {
    execArgv: ['--expose-gc', '--max-old-space-size=6000'],
    env: { PATH: process.env.PATH, BENCH_WORK: JSON.stringify({ kind: worker.kind, ...work }) },
  });
  return { ...worker, child, rounds: [], size: await answer(child) };
}

function ask(child, message) {
  child.send(message);
  return answer(child);
}

async function answer(child) {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`a cache ended with ${code}`);
    }),
  ]);
  return message;
}

async function stop({ child }) {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.send({});
  await ended;
}
