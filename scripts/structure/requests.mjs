// How many files of ours take part in one request, on the built service with sample data: its PostgreSQL, and DynamoDB Local for
// the shared tier and for messages.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { tokenOf } from '../../bench/support/api.mjs';
import { withClinic } from '../../bench/support/clinic.mjs';
import { withProfiledService } from './profiled-service.mjs';

/** A file counts when it ran in each of so many requests: what a timer or a sample runs now and then does not. */
const REPETITIONS = 5;
/** What a request leaves to the background is done when nothing of ours has run for so long, several times in a row. */
const QUIET_MS = 50;
const QUIET_TIMES = 3;
const LONGEST_MS = 5_000;

/** What runs by itself is kept out as far as it can be: pings every 15 s, and nobody who reads the stream of messages. */
const CALM = { CACHE_STORE: 'dynamo', CACHE_FEED_TIMEOUT_MS: '60000', MESSAGING_STREAM: 'off' };

/** @returns for each kind of request the sorted files of ours that ran in it; `idle` are those of a time without any */
export async function filesByRequest() {
  const result = {};
  await withClinic({ dynamodb: true }, ({ environment }) =>
    withProfiledService({ ...environment, ...CALM }, async ({ url, filesRun }) => {
      const requests = await requestsTo(url);
      for (const request of Object.values(requests)) await request();
      for (const [kind, request] of Object.entries({ ...requests, idle: () => undefined }))
        result[kind] = await inEach(request, filesRun);
    }),
  );
  return result;
}

/** A hit in the memory of the process; a miss of both tiers, which is stored; a message sent. */
async function requestsTo(url) {
  const headers = { authorization: `Bearer ${await tokenOf(url)}` };
  const { items } = await (await fetch(`${url}/api/patients?limit=100`, { headers })).json();
  const paths = items.map(({ id }) => `/api/patients/${id}`);
  const known = paths.pop();
  const get = async (path, status) => {
    const answer = await fetch(url + path, { headers });
    await answer.arrayBuffer();
    const said = answer.headers.get('cache-status') ?? '';
    if (!answer.ok || !status.test(said)) throw new Error(`${path}: ${answer.status}, ${said}`);
  };
  await get(known, /stored/);
  return {
    hit: () => get(known, /hit; .*detail=L1/),
    miss: () => get(paths.pop(), /fwd=miss; stored/),
    message: () => send(url, headers),
  };
}

async function send(url, headers) {
  const answer = await fetch(`${url}/api/messages`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ to: 'bruno', text: 'Please come back in two weeks.' }),
  });
  await answer.arrayBuffer();
  if (answer.status !== 201) throw new Error(`A message: ${answer.status}`);
}

async function inEach(request, filesRun) {
  const times = new Map();
  for (let i = 0; i < REPETITIONS; i++) {
    await untilQuiet(filesRun);
    await request();
    for (const file of await untilQuiet(filesRun)) times.set(file, (times.get(file) ?? 0) + 1);
  }
  return [...times].flatMap(([file, count]) => (count === REPETITIONS ? [file] : [])).sort();
}

/** @returns all that ran until nothing did */
async function untilQuiet(filesRun) {
  const files = new Set(await filesRun());
  const deadline = performance.now() + LONGEST_MS;
  for (let quiet = 0; quiet < QUIET_TIMES;) {
    if (performance.now() > deadline) throw new Error(`Never quiet: ${[...files].join(', ')}`);
    await delay(QUIET_MS);
    const more = await filesRun();
    quiet = more.length === 0 ? quiet + 1 : 0;
    for (const file of more) files.add(file);
  }
  return files;
}
