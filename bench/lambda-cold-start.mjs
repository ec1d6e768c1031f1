// Time from the start of an execution environment to its first answer, of the bundle and of the unbundled files.
// node bench/lambda-cold-start.mjs [runs], after npm run build
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';

execFileSync(process.execPath, ['scripts/bundle-lambda.mjs']);

const runs = Number(process.argv[2] ?? 9);
const candidates = { bundle: 'dist-lambda/http/index.mjs', 'dist and node_modules': 'dist/lambda/http.js' };
const event = {
  version: '2.0',
  rawPath: '/health/live',
  rawQueryString: '',
  headers: { host: 'localhost' },
  requestContext: { http: { method: 'GET', path: '/health/live', sourceIp: '127.0.0.1' } },
  isBase64Encoded: false,
};
// Nothing of this is asked before the first answer.
const env = {
  PATH: process.env.PATH,
  LOG_LEVEL: 'silent',
  DATABASE_URL: 'postgres://127.0.0.1:1/none',
  AUTH_ISSUER: 'https://identity.example',
  AUTH_AUDIENCE: 'bench',
  AUTH_JWKS_URI: 'http://127.0.0.1:1/keys',
};

async function coldStartMs(file) {
  const begin = performance.now();
  const child = fork('test/lambda/support/environment.mjs', [resolve(file)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  child.send({ id: 1, event });
  const [{ result }] = await once(child, 'message');
  if (result?.statusCode !== 200) throw new Error(`no answer: ${JSON.stringify(result)}`);
  const took = performance.now() - begin;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return took;
}

const taken = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const [name, file] of Object.entries(candidates)) taken[name].push(await coldStartMs(file));
}
for (const [name, all] of Object.entries(taken)) {
  all.sort((a, b) => a - b);
  const [min, median, max] = [all[0], all[all.length >> 1], all.at(-1)].map((ms) => `${Math.round(ms)} ms`);
  process.stdout.write(`${name.padEnd(22)} min ${min}  median ${median}  max ${max}\n`);
}
