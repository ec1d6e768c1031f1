// HTTP servers in processes of their own, under load by autocannon.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { quantile, spread } from './figures.mjs';

export const CONNECTIONS = 10;
const CLOCK_TICKS_PER_SECOND = 100;
const LONGEST_START_MS = 60_000;
const ADDRESS = /(?:API\s+)?(http:\/\/127\.0\.0\.1:\d+)(?:\/api)?\n/;

/** Starts `script`, whose output goes into a file: nobody is to be kept busy reading it. */
export async function launch(name, script, environment) {
  const output = join(environment.DATA_DIR, `${name.replaceAll(/\W/g, '-')}.log`);
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', openSync(output, 'w'), 'inherit'],
  });
  const deadline = Date.now() + LONGEST_START_MS;
  for (;;) {
    const [, url] = ADDRESS.exec(readFileSync(output, 'utf8')) ?? [];
    if (url !== undefined) return { name, child, url, ...noFigures() };
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} does not start`);
    await delay(50);
  }
}

/** Before the first round. */
export function noFigures() {
  return { requestsPerSecond: [], cpuMicroseconds: [], p50Ms: [], p99Ms: [] };
}

export async function stop({ child }) {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/**
 * Sends requests for `seconds`, each when the one before it is answered.
 * @param paths one, or one for each connection: callers of one key at one time would share a read
 * @throws when an answer was no 200
 */
export async function load({ name, url }, paths, headers, seconds) {
  const own = [paths].flat();
  const latenciesMs = [];
  let clients = 0;
  const run = autocannon({
    url: url + own[0],
    connections: CONNECTIONS,
    duration: seconds,
    headers,
    setupClient: (client) => client.setRequests([{ path: own[clients++ % own.length], headers }]),
  });
  // Its own histogram has whole milliseconds.
  run.on('response', (_client, _status, _bytes, ms) => latenciesMs.push(ms));
  const result = await run;
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${name}: ${result.non2xx + result.errors} answers were no 200`);
  return { requests: result.requests, latenciesMs };
}

/** One round, noted in `server`. @returns how many requests were answered */
export async function measure(server, paths, headers, seconds) {
  const before = cpuTicks(server.child.pid);
  const { requests, latenciesMs } = await load(server, paths, headers, seconds);
  const cpuSeconds = (cpuTicks(server.child.pid) - before) / CLOCK_TICKS_PER_SECOND;
  server.requestsPerSecond.push(requests.average);
  server.cpuMicroseconds.push((cpuSeconds / requests.total) * 1e6);
  server.p50Ms.push(quantile(latenciesMs, 0.5));
  server.p99Ms.push(quantile(latenciesMs, 0.99));
  return requests.total;
}

export const FIGURES = ['requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request'];

/** The columns {@link FIGURES} of a server. */
export function figuresOf({ requestsPerSecond, p50Ms, p99Ms, cpuMicroseconds }) {
  return [spread(requestsPerSecond), spread(p50Ms, 2), spread(p99Ms, 1), spread(cpuMicroseconds)];
}

/** User and system time of a process, in clock ticks: Linux, proc_pid_stat(5). */
function cpuTicks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
