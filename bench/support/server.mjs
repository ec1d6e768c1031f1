// HTTP servers in processes of their own, under load by autocannon.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';

const CONNECTIONS = 10;
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
    if (url !== undefined) return { name, child, url, requestsPerSecond: [], cpuMicroseconds: [], p99Ms: [] };
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} does not start`);
    await delay(50);
  }
}

export async function stop({ child }) {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Sends requests for `seconds`. @throws when an answer was no 200 */
export async function load({ name, url }, path, headers, seconds) {
  const result = await autocannon({
    url: url + path,
    connections: CONNECTIONS,
    duration: seconds,
    headers,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${name}: ${result.non2xx + result.errors} answers were no 200`);
  return result;
}

/** One round, noted in `server`. */
export async function measure(server, path, headers, seconds) {
  const before = cpuTicks(server.child.pid);
  const { requests, latency } = await load(server, path, headers, seconds);
  const cpuSeconds = (cpuTicks(server.child.pid) - before) / CLOCK_TICKS_PER_SECOND;
  server.requestsPerSecond.push(requests.average);
  server.cpuMicroseconds.push((cpuSeconds / requests.total) * 1e6);
  server.p99Ms.push(latency.p99);
}

/** User and system time of a process, in clock ticks: Linux, proc_pid_stat(5). */
function cpuTicks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
