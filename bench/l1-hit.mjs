// L1 hit over HTTP with authorisation, 15 KB record, beside: a bare Fastify route that sends the same buffer, the same
// route with what every answer of Careline has to have, and Nest's own CacheInterceptor in memory on the same application.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { largestRecord, tokenOf } from './support/api.mjs';
import { withClinic } from './support/clinic.mjs';
import { ratio, report } from './support/figures.mjs';
import { FIGURES, figuresOf, launch, load, measure, stop } from './support/server.mjs';

const ROUNDS = 9;
const SECONDS = 2;
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
    'l1-hit',
    `L1 hit over HTTP, record of ${bytes} bytes, ${ROUNDS} rounds of ${SECONDS} s`,
    ['server', ...FIGURES, 'requests × bare', 'CPU × bare'],
    servers.map((server) => [
      server.name,
      ...figuresOf(server),
      ratio(server.requestsPerSecond, bare.requestsPerSecond),
      ratio(server.cpuMicroseconds, bare.cpuMicroseconds),
    ]),
  );
}
