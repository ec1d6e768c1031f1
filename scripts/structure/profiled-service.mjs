// The built service as a process of its own, and V8's coverage of it through its inspector.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { clearTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'undici';

const LONGEST_START_MS = 60_000;
const INSPECTOR = /Debugger listening on (ws:\/\/\S+)/;
const READY = /API\s+(http:\/\/\S+)\/api/;
const BUILT = resolve('dist');

/** Runs `work` with the address of the service, and with `filesRun`: the files of ours that ran since it was asked before. */
export async function withProfiledService(environment, work) {
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', 'dist/main.js'], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  try {
    const { inspector, url } = await started(child, exited);
    const { send, close } = await connect(inspector);
    await send('Profiler.enable');
    // A count for each function is enough: no `detailed`, which has one for each block.
    await send('Profiler.startPreciseCoverage', { callCount: true });
    const filesRun = async () => filesOf((await send('Profiler.takePreciseCoverage')).result);
    try {
      await work({ url, filesRun });
    } finally {
      close();
    }
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

function started(child, exited) {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why) => reject(new Error(`The service ${why}:\n${output}`));
    const timer = setTimeout(() => fail('is not ready in time'), LONGEST_START_MS).unref();
    exited.then(() => fail('has ended'), reject);
    const hear = (chunk) => {
      output += chunk;
      const [inspector, url] = [INSPECTOR, READY].map((pattern) => pattern.exec(output)?.[1]);
      if (inspector === undefined || url === undefined) return;
      clearTimeout(timer);
      // From here on nothing is kept of what it says.
      for (const stream of [child.stdout, child.stderr]) stream.off('data', hear).resume();
      resolve({ inspector, url });
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
  });
}

/** https://chromedevtools.github.io/devtools-protocol/v8/Profiler/ */
async function connect(address) {
  const socket = new WebSocket(address);
  const waiting = new Map();
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.(result);
    else reject?.(new Error(error.message));
  });
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('The inspector is gone.'));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`Nobody answers at ${address}.`)));
  });
  let last = 0;
  const send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { send, close: () => socket.close() };
}

/** The sources, such as `src/cache/keys/cache-key.ts`, that have a function which ran: loading a module is none. */
function filesOf(scripts) {
  return scripts
    .filter(({ url }) => url.startsWith('file://'))
    .map(({ url, functions }) => ({ path: fileURLToPath(url), functions }))
    .filter(({ path }) => path.startsWith(BUILT) && !/[\\/]generated[\\/]/.test(path))
    .filter(({ functions }) => functions.some(ranIn))
    .map(({ path }) => `src${path.slice(BUILT.length).replaceAll('\\', '/').replace(/js$/, 'ts')}`);
}

function ranIn({ functionName, ranges: [{ startOffset, count }] }) {
  return count > 0 && !(functionName === '' && startOffset === 0);
}
