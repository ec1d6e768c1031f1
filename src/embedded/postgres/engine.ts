import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account, EnginePlace, EngineSpec, Launch } from '../engine-spec.js';
import { exists, listProcesses } from '../keeper/processes.js';
import { accountFor, canReach } from './account.js';
import {
  DATABASE,
  ensureCluster,
  ENVIRONMENT,
  setPassword,
  SUPERUSER,
  type ClusterTools,
} from './cluster.js';
import { dataOwner, locateData, sharedFolder } from './location.js';
import { mirror } from './mirror.js';
import { findNativeFiles, program } from './native.js';

const PASSWORD_FILE = 'password';
const PID_FILE = 'postmaster.pid';
const MAX_CONNECTIONS = 200;

/** PostgreSQL 18. Option `fsync` (true): false is faster, and loses data when the machine crashes. */
export const engine: EngineSpec = {
  title: 'PostgreSQL',
  executables: ['postgres', 'initdb'],
  // Fast shutdown: https://www.postgresql.org/docs/18/server-shutdown.html
  stopSignal: 'SIGINT',
  passingFault:
    /Address already in use|could not create any TCP\/IP sockets|pre-existing shared memory block/,
  prepare,
};

async function prepare(place: EnginePlace): Promise<Launch> {
  const account = await accountFor(dataOwner(place.home), place);
  const native = nativeFolder(place, account);
  const folder = locateData(place, account);
  const password = await ensureData(folder, { native, account, place });
  await forgetLastRun(folder, place);
  return {
    command: program(native, 'postgres'),
    args: serverArguments(folder, place),
    env: ENVIRONMENT,
    account,
    address: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${place.port}/${DATABASE}`,
    isReady: (pid) => isReady(folder, pid),
  };
}

/** PostgreSQL's programs where `account` can run them: a clone under a folder of mode 700 has them out of its reach. */
function nativeFolder(place: EnginePlace, account: Account | undefined): string {
  const { folder, version } = findNativeFiles();
  // A program and one of the files it reads: an umask of 077 at installation closes even folders that can be entered.
  const needed = [program(folder, 'postgres'), join(folder, 'share', 'postgresql', 'postgres.bki')];
  if (account === undefined || needed.every((path) => canReach(path, account))) return folder;
  const copy = join(sharedFolder(account), `postgresql-${version}`);
  mirror(folder, copy);
  place.notice(`its user cannot enter node_modules: runs from ${copy}`);
  return copy;
}

/** Makes the data where there is none. @returns the password of the superuser */
async function ensureData(folder: string, tools: ClusterTools): Promise<string> {
  const path = join(tools.place.home, PASSWORD_FILE);
  const known = existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  const password =
    known !== undefined && /^[0-9a-f]{48}$/.test(known) ? known : randomBytes(24).toString('hex');
  const isNew = await ensureCluster(folder, password, tools);
  if (password !== known) {
    if (!isNew) await setPassword(folder, password, tools);
    writeFileSync(path, `${password}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
  }
  return password;
}

/**
 * A server that was killed leaves its pid file. PostgreSQL takes the pid in it for a running server when any process of
 * the same user has it by now, and does not start. The keeper's own pid, as that of its parent, it knows to pass over;
 * the rest of the file stays, by which it recognises processes of the old server that still use the data.
 */
async function forgetLastRun(folder: string, place: EnginePlace): Promise<void> {
  const path = join(folder, PID_FILE);
  if (!existsSync(path)) return;
  const [pid = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  place.notice(`did not end cleanly the last time (${PID_FILE} was left): recovers its data`);
  if (!exists(Number(pid))) return;
  const other = (await listProcesses()).find((process) => process.pid === Number(pid));
  if (other?.executable !== 'postgres') writeFileSync(path, [process.pid, ...rest].join('\n'));
}

function serverArguments(folder: string, place: EnginePlace): string[] {
  const durable = place.options['fsync'] !== false;
  const settings = {
    cluster_name: place.marker,
    listen_addresses: '127.0.0.1',
    // None: their lock files would be left behind in /tmp.
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    timezone: 'UTC',
    fsync: durable,
    full_page_writes: durable,
    synchronous_commit: durable,
    // The messages of failed statements repeat values: the log is for starts, stops and crashes.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    log_checkpoints: false,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${String(value)}`]);
  return ['-D', folder, '-p', String(place.port), ...flags];
}

// The eighth line of the pid file is the state: https://www.postgresql.org/docs/18/storage-file-layout.html
async function isReady(folder: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(folder, PID_FILE), 'utf8')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}
