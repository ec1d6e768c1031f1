// An engine for tests of the supervisor: a TCP server that tells its pid, and counts its starts in its folder.
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';

/** Options: `fault` = it does not start, with this message; `stopMs` = how long its end takes. */
export const engine = {
  title: 'Fake engine',
  executables: [basename(process.execPath, '.exe')],
  stopSignal: 'SIGTERM',
  passingFault: /EADDRINUSE/,
  prepare: ({ home, marker, port, options }) =>
    Promise.resolve({
      command: process.execPath,
      args: [import.meta.filename, home, String(port), JSON.stringify(options), marker],
      address: `tcp://127.0.0.1:${port}`,
      isReady: (pid) => Promise.resolve(lastStart(home) === pid),
    }),
};

function lastStart(home) {
  return Number(readFileSync(join(home, 'starts'), 'utf8').trim().split('\n').at(-1));
}

if (process.argv[1] === import.meta.filename) {
  const [home, port, options] = process.argv.slice(2);
  const { fault, stopMs = 0 } = JSON.parse(options);
  process.on('SIGTERM', () => setTimeout(() => process.exit(), stopMs));
  if (fault) {
    process.stderr.write(`a first line\nERROR: ${fault}\n`);
    process.exit(3);
  }
  const server = createServer((socket) => socket.end(String(process.pid)));
  server.listen(Number(port), '127.0.0.1', () => {
    appendFileSync(join(home, 'starts'), `${process.pid}\n`);
  });
}
