// The record of a patient over HTTP: uncached by Prisma, beside Careline's miss and hit, on the same guards and database. Misses are
// requests with `Cache-Control: no-cache`, which load, compare versions and store each time. The origin counts its transactions.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { largestRecord, tokenOf } from './support/api.mjs';
import { withClinic } from './support/clinic.mjs';
import { number, ratio, report } from './support/figures.mjs';
import { FIGURES, figuresOf, launch, load, measure, noFigures, stop } from './support/server.mjs';

const ROUNDS = 7;
const SECONDS = 2;
/** An idle backend reports what it did after ten seconds: PGSTAT_IDLE_INTERVAL of PostgreSQL. */
const REPORTED_MS = 11_000;

await withClinic({}, async ({ environment }) => {
  const database = new pg.Client(environment.DATABASE_URL);
  await database.connect();
  const servers = [];
  try {
    const careline = await launch('Careline, L1 hit', 'dist/main.js', environment);
    const uncached = await launch('Prisma, uncached', 'bench/servers/uncached-prisma.mjs', environment);
    servers.push(careline, uncached);
    const headers = { authorization: `Bearer ${await tokenOf(careline.url)}` };
    const { path, record } = await largestRecord(careline.url, headers);
    const ways = [
      { ...uncached, headers },
      {
        ...careline,
        ...noFigures(),
        name: 'Careline, miss',
        headers: { ...headers, 'cache-control': 'no-cache' },
      },
      { ...careline, headers },
    ];
    await checkAnswers(ways, path);
    for (const way of ways) await load(way, path, way.headers, SECONDS);
    for (let round = 0; round < ROUNDS; round++)
      for (const way of ways) await measure(way, path, way.headers, SECONDS);
    await countTransactions(database, ways, path);
    print(ways, record.length);
  } finally {
    await Promise.all(servers.map(stop));
    await database.end();
  }
});

/** Both servers answer alike, and from where they are to. */
async function checkAnswers(ways, path) {
  const bodies = [];
  for (const { name, url, headers } of ways) {
    const response = await fetch(url + path, { headers });
    const status = response.headers.get('cache-status') ?? '';
    const wanted = { 'Careline, miss': 'fwd=request', 'Careline, L1 hit': 'detail=L1' }[name] ?? '';
    if (!response.ok || !status.includes(wanted)) throw new Error(`${name}: ${response.status} ${status}`);
    bodies.push(await response.text());
  }
  if (new Set(bodies).size > 1) throw new Error('the servers answer differently');
}

/** A request's transactions at the origin, without what is asked for in the same time when nobody calls. */
async function countTransactions(database, ways, path) {
  const during = async (work) => {
    const before = await committed(database);
    const { requests } = await work();
    await delay(REPORTED_MS);
    return { transactions: (await committed(database)) - before, requests: requests.total };
  };
  await delay(REPORTED_MS);
  const idle = await during(async () => (await delay(SECONDS * 1_000), { requests: { total: 0 } }));
  for (const way of ways) {
    const { transactions, requests } = await during(() => load(way, path, way.headers, SECONDS));
    way.origin = (transactions - idle.transactions) / requests;
  }
}

async function committed(database) {
  const { rows } = await database.query(
    'SELECT sum(xact_commit)::float8 AS count FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0].count;
}

function print(ways, bytes) {
  const [base] = ways;
  report(
    'origin',
    `Record of ${bytes} bytes over HTTP, ${ROUNDS} rounds of ${SECONDS} s`,
    ['server', ...FIGURES, 'requests × uncached', 'CPU × uncached', 'transactions at the origin a request'],
    ways.map((way) => [
      way.name,
      ...figuresOf(way),
      ratio(way.requestsPerSecond, base.requestsPerSecond),
      ratio(way.cpuMicroseconds, base.cpuMicroseconds),
      number(way.origin, 2),
    ]),
  );
}
