import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { waitUntil } from '../../../test/support/wait-until.js';
import { readArguments } from '../src/command-line.js';

it('runs as a program, until it is told to end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dax-local-program-'));
  const program = resolve('tools/dax-local/dist/main.js');
  const child = spawn(process.execPath, [
    program,
    '--port',
    '0',
    '--nodes',
    '2',
    '--tls',
    '--data-dir',
    folder,
  ]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));

  await waitUntil(`it is up: ${output}`, () => output.includes('NODE_EXTRA_CA_CERTS'));
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];

  expect(output).toMatch(/dax-local listens on daxs:\/\/127\.0\.0\.1:\d+, nodes on ports \d+, \d+/);
  expect(existsSync(join(folder, 'certificate.pem'))).toBe(true);
  expect(code).toBe(0);
  await rm(folder, { recursive: true });
});

it('ends at once when it is told again while it stops', async () => {
  const signals = pathToFileURL(resolve('tools/dax-local/dist/stop-on-signals.js')).href;
  // Like a DynamoDB that lets nobody go.
  const script = `import { stopOnSignals } from '${signals}';
    stopOnSignals(() => new Promise(() => setInterval(() => {}, 1_000)));
    setInterval(() => {}, 1_000);
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  await once(child.stdout, 'data');

  const ended = once(child, 'exit');
  await waitUntil('it ended', () => {
    child.kill('SIGINT');
    return child.exitCode !== null || child.signalCode !== null;
  });

  expect(await ended).toEqual([1, null]);
});

it('reads its options', () => {
  const args = ['--port', '9000', '--nodes=3', '--replication-lag-ms', '250', '--item-ttl-ms', '5', '--tls'];

  expect(readArguments(args)).toEqual({
    port: 9_000,
    nodes: 3,
    replicationLagMs: 250,
    itemCache: { ttlMs: 5 },
    tls: true,
    dataDir: '.dax-local',
  });
  expect(readArguments([])).toMatchObject({ port: 8_111, nodes: 1 });
  expect(readArguments(['--help'])).toBe('help');
});

it.each([
  [['--port', 'x'], '--port: a whole number from 0'],
  [['--nodes', '0'], '--nodes: a whole number from 1'],
  [['--tls-key', 'file'], '--tls-key and --tls-cert go together'],
  [['--unknown'], "Unknown option '--unknown'"],
])('refuses %j', (args, message) => {
  expect(() => readArguments(args)).toThrow(message);
});
