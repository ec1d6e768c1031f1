// L1 hit over HTTP with authorisation, beside a bare Fastify route and Nest's CacheInterceptor, on the same record.
// Usage: npm run bench (builds first). Every server runs in a process of its own; rounds alternate between them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { readConfig } from '../dist/config/index.js';
import { startEngines } from '../dist/embedded/index.js';
import { migrate } from '../dist/prisma/migrate.js';
import { seed } from '../dist/prisma/seed.js';

const ROUNDS = 7;
const SECONDS = 3;
const CONNECTIONS = 10;
const CLOCK_TICKS_PER_SECOND = 100;

const folder = mkdtempSync(join(tmpdir(), 'careline-bench-'));
const engines = await startEngines(readConfig({ DATA_DIR: folder }), { log: () => undefined });
const servers = [];
try {
  await migrate(engines.databaseUrl, { log: () => undefined });
  await seed(engines.databaseUrl, { log: () => undefined });
  const environment = {
    PATH: process.env.PATH,
    NODE_ENV: 'test',
    DATABASE_URL: engines.databaseUrl,
    DATA_DIR: folder,
    PORT: '0',
    RATE_LIMIT_PER_MINUTE: '100000000',
    BENCH_RECORD: join(folder, 'record.json'),
  };
  const careline = await launch('Careline, L1 hit', 'dist/main.js', environment);
  const token = (await post(`${careline.url}/api/dev/tokens`, { handle: 'ana' })).token;
  const id = await largestBelow(careline.url, token, 17_000);
  const path = `/api/patients/${id}`;
  const record = await (
    await fetch(careline.url + path, { headers: { authorization: `Bearer ${token}` } })
  ).text();
  writeFileSync(environment.BENCH_RECORD, record);
  servers.push(careline);
  servers.push(await launch('bare Fastify', 'bench/servers/bare-fastify.mjs', environment));
  servers.push(
    await launch('Nest CacheInterceptor', 'bench/servers/nest-cache-interceptor.mjs', environment),
  );

  for (const server of servers) await load(server, path, token, 2);
  for (let round = 0; round < ROUNDS; round++)
    for (const server of servers) await measure(server, path, token);
  report(servers, Buffer.byteLength(record));
} finally {
  for (const { child } of servers) child.kill('SIGTERM');
  await Promise.all(servers.map(({ child }) => (child.exitCode === null ? once(child, 'exit') : undefined)));
  await engines.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function launch(name, script, env) {
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output = (output + chunk).slice(-4_096);
      const found = /(?:API\s+)?(http:\/\/127\.0\.0\.1:\d+)(?:\/api)?\n/.exec(output);
      if (found) resolve(found[1]);
    });
    child.on('exit', () => reject(new Error(`${name} ended`)));
  });
  return { name, child, url, requestsPerSecond: [], cpuMicroseconds: [], p99: [] };
}

function load({ url }, path, token, duration) {
  return autocannon({
    url: url + path,
    connections: CONNECTIONS,
    duration,
    headers: { authorization: `Bearer ${token}` },
  });
}

async function measure(server, path, token) {
  const before = cpuTicks(server.child.pid);
  const result = await load(server, path, token, SECONDS);
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${server.name}: ${result.non2xx} answers were no 200`);
  const ticks = cpuTicks(server.child.pid) - before;
  server.requestsPerSecond.push(result.requests.average);
  server.cpuMicroseconds.push((ticks / CLOCK_TICKS_PER_SECOND / result.requests.total) * 1e6);
  server.p99.push(result.latency.p99);
}

/** User and system time of a process, in clock ticks: Linux, proc_pid_stat(5). */
function cpuTicks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function report(all, bytes) {
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const bare = all.find(({ name }) => name === 'bare Fastify');
  console.log(
    `\nL1 hit over HTTP, record of ${bytes} bytes, ${ROUNDS} rounds of ${SECONDS} s, ${cpus().length} cores, Node ${process.version}\n`,
  );
  console.log(
    '| server | requests/s median (min–max) | × bare | CPU µs/request | × bare | p99 ms |\n|---|---|---|---|---|---|',
  );
  for (const { name, requestsPerSecond: r, cpuMicroseconds: c, p99 } of all) {
    const range = `${Math.round(median(r))} (${Math.round(Math.min(...r))}–${Math.round(Math.max(...r))})`;
    const speed = (median(r) / median(bare.requestsPerSecond)).toFixed(2);
    const cpu = (median(c) / median(bare.cpuMicroseconds)).toFixed(1);
    console.log(`| ${name} | ${range} | ${speed} | ${median(c).toFixed(0)} | ${cpu} | ${median(p99)} |`);
  }
}

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** The patient whose record is the largest of those under `limit` bytes. */
async function largestBelow(url, token, limit) {
  const headers = { authorization: `Bearer ${token}` };
  const { items } = await (await fetch(`${url}/api/patients?limit=100`, { headers })).json();
  let best = { id: items[0].id, size: 0 };
  for (const { id } of items) {
    const size = (await (await fetch(`${url}/api/patients/${id}`, { headers })).arrayBuffer()).byteLength;
    if (size < limit && size > best.size) best = { id, size };
  }
  return best.id;
}
