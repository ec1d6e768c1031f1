// The worst input of each kind: how long one request holds the event loop, at the size that its route takes. The server has
// this thread, requests come from another. CPU of the thread does not count what other processes of the machine take.
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { createApp } from '../dist/app.js';
import { createLogger } from '../dist/common/logging/logger.js';
import { readConfig, withEngines } from '../dist/config/index.js';
import { parseExactJson } from '../dist/fhir/bundle/exact-json.js';
import { BundleMapper } from '../dist/fhir/mapping/bundle-mapper.js';
import { tokenOf } from './support/api.mjs';
import { withClinic } from './support/clinic.mjs';
import { report, spread } from './support/figures.mjs';
import { REQUESTS, RESOURCES } from './support/worst-inputs.mjs';

const ROUNDS = 9;
const RESOLUTION_MS = 1;
/** `BENCH_ONLY`: kinds whose name has this. */
const ONLY = process.env.BENCH_ONLY ?? '';
const wanted = ([name]) => name.includes(ONLY);

await withClinic({}, async ({ environment }) => {
  const config = withEngines(readConfig(environment), {
    databaseUrl: environment.DATABASE_URL,
    embeddedEngines: [],
  });
  const app = await createApp(config, createLogger('silent'));
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const sender = new Worker(new URL('./workers/http-sender.mjs', import.meta.url), { workerData: { url } });
  try {
    const authorization = `Bearer ${await tokenOf(url)}`;
    const rows = [];
    for (const [name, { open, ...request }] of REQUESTS.filter(wanted)) {
      const headers = { ...(open ? {} : { authorization }), ...request.headers };
      rows.push([name, sizeOf(request), ...(await measure(() => send(sender, { ...request, headers })))]);
    }
    for (const [name, resource] of RESOURCES.filter(wanted)) {
      const text = JSON.stringify({ resource });
      rows.push([name, Buffer.byteLength(text), ...(await measure(() => importOne(text)))]);
    }
    print(rows);
  } finally {
    await sender.terminate();
    await app.close();
  }
});

async function send(sender, request) {
  sender.postMessage(request);
  const [status] = await once(sender, 'message');
  return status;
}

function importOne(text) {
  const mapper = new BundleMapper();
  mapper.add(parseExactJson(text));
  mapper.resolve(new Set());
  return '';
}

function sizeOf({ path, headers, body = '' }) {
  return path.length + Object.entries(headers).flat().join('').length + Buffer.byteLength(body);
}

/** The first round warms up. */
async function measure(work) {
  const rounds = [];
  let answer;
  for (let i = 0; i <= ROUNDS; i++) {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    await new Promise((resolve) => setTimeout(resolve, 3 * RESOLUTION_MS));
    delay.reset();
    const before = process.threadCpuUsage();
    answer = await work();
    const { user, system } = process.threadCpuUsage(before);
    await new Promise((resolve) => setTimeout(resolve, 3 * RESOLUTION_MS));
    delay.disable();
    if (i > 0) rounds.push({ heldMs: delay.max / 1e6, cpuMs: (user + system) / 1e3 });
  }
  const each = (figure) => rounds.map((round) => round[figure]);
  return [answer, spread(each('heldMs'), 1), spread(each('cpuMs'), 1)];
}

function print(rows) {
  report(
    'worst-input',
    `The worst input of each kind, ${ROUNDS} rounds`,
    ['input', 'bytes', 'answer', 'event loop held, ms', 'CPU of its thread, ms'],
    rows.map(([name, bytes, ...rest]) => [name, bytes.toLocaleString('en'), ...rest]),
  );
}
