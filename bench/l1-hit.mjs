// L1 hit over HTTP with authorisation, 15 KB record, beside: a bare Fastify route that sends the same buffer, the same
// route with what every answer of Careline has to have, and Nest's own CacheInterceptor in memory on the same application.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withClinic } from './support/clinic.mjs';
import { median, ratio, report, spread } from './support/figures.mjs';
import { launch, load, measure, stop } from './support/server.mjs';

const ROUNDS = 9;
const SECONDS = 2;
const LARGEST_BYTES = 17_000;
const OPPONENTS = [
  ['bare Fastify', 'bare-fastify'],
  ['Fastify, same duties', 'guarded-fastify'],
  ['Nest CacheInterceptor', 'nest-cache-interceptor'],
];

await withClinic({}, async ({ folder, environment }) => {
  const servers = [];
  const start = async (name, script, env) => servers.push(await launch(name, script, env)) && servers.at(-1);
  try {
    const careline = await start('Careline, L1 hit', 'dist/main.js', environment);
    const headers = { authorization: `Bearer ${await tokenOf(careline.url)}` };
    const { path, record } = await largestRecord(careline.url, headers);
    const file = join(folder, 'record.json');
    writeFileSync(file, record);
    for (const [name, script] of OPPONENTS)
      await start(name, `bench/servers/${script}.mjs`, { ...environment, BENCH_RECORD: file });

    for (const server of servers) await load(server, path, headers, SECONDS);
    for (let round = 0; round < ROUNDS; round++)
      for (const server of servers) await measure(server, path, headers, SECONDS);
    print(servers, record.length);
  } finally {
    await Promise.all(servers.map(stop));
  }
});

function print(servers, bytes) {
  const bare = servers.find(({ name }) => name === 'bare Fastify');
  report(
    `L1 hit over HTTP, record of ${bytes} bytes, ${ROUNDS} rounds of ${SECONDS} s`,
    ['server', 'requests/s', '× bare', 'CPU µs/request', '× bare', 'p99 ms'],
    servers.map(({ name, requestsPerSecond, cpuMicroseconds, p99Ms }) => [
      name,
      spread(requestsPerSecond),
      ratio(requestsPerSecond, bare.requestsPerSecond),
      spread(cpuMicroseconds),
      ratio(cpuMicroseconds, bare.cpuMicroseconds),
      median(p99Ms),
    ]),
  );
}

async function tokenOf(url) {
  const response = await fetch(`${url}/api/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle: 'ana' }),
  });
  return (await response.json()).token;
}

/** Of the records under `LARGEST_BYTES`; it is in the cache then. */
async function largestRecord(url, headers) {
  const { items } = await (await fetch(`${url}/api/patients?limit=100`, { headers })).json();
  let largest = { path: undefined, record: Buffer.alloc(0) };
  for (const { id } of items) {
    const path = `/api/patients/${id}`;
    const record = Buffer.from(await (await fetch(url + path, { headers })).arrayBuffer());
    if (record.length < LARGEST_BYTES && record.length > largest.record.length) largest = { path, record };
  }
  return largest;
}
