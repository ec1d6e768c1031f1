import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../engine-error.js';
import type { Account, EnginePlace } from '../engine-spec.js';
import { runProgram, type ProgramResult } from '../keeper/run-program.js';
import { makePrivateFolder } from './location.js';
import { program } from './native.js';

const MAJOR_VERSION = '18';
export const DATABASE = 'careline';
export const SUPERUSER = 'postgres';

// Written as the last step of making a cluster: what lacks it may be half of one.
const COMPLETE = 'careline.complete';

// One way in: TCP from this machine, with the password.
const ACCESS_RULES = `# TYPE  DATABASE  USER  ADDRESS       METHOD
host    all       all   127.0.0.1/32  scram-sha-256
`;

/** What the programs of PostgreSQL see of the environment: no setting of the user's can change what they do. */
export const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' } as const;

export interface ClusterTools {
  /** The folder with PostgreSQL's programs. */
  readonly native: string;
  readonly account: Account | undefined;
  readonly place: EnginePlace;
}

/**
 * Makes the cluster in `folder` where there is none. It is made under another name, then renamed, so `folder` is either
 * complete or not there. Anything else found in its place is moved aside; nothing that could be data is ever deleted.
 * @returns whether it was made
 * @throws {EngineError} when the data is of another version or damaged, or cannot be made
 */
export async function ensureCluster(folder: string, password: string, tools: ClusterTools): Promise<boolean> {
  const partial = `${folder}.partial-${tools.place.marker}`;
  if (existsSync(partial)) {
    tools.place.notice('its data folder was half made when an earlier start was killed: makes it again');
    rmSync(partial, { recursive: true });
  }
  if (isComplete(folder)) return false;
  moveAside(folder, tools.place);
  tools.place.notice(`makes a new database in ${folder}`);
  makePrivateFolder(partial, tools.account);
  await makeCluster(partial, password, tools);
  renameSync(partial, folder);
  return true;
}

function isComplete(folder: string): boolean {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  const user = process.getuid?.();
  if (owner !== undefined && user !== 0 && owner !== user) {
    throw new EngineError(`PostgreSQL's data belongs to another user (uid ${owner}): ${folder}`);
  }
  if (!existsSync(join(folder, COMPLETE))) return false;
  if (!existsSync(join(folder, 'PG_VERSION')) || !existsSync(join(folder, 'global', 'pg_control'))) {
    throw new EngineError(
      `PostgreSQL's data is damaged, files are missing: restore ${folder}, or move it away to begin anew`,
    );
  }
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (version !== MAJOR_VERSION) {
    throw new EngineError(
      `the data is of PostgreSQL ${version} and this is ${MAJOR_VERSION}: move ${folder} away to begin anew`,
    );
  }
  return true;
}

function moveAside(folder: string, place: EnginePlace): void {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory() && readdirSync(folder).length === 0) {
    rmdirSync(folder);
    return;
  }
  const aside = `${folder}.incomplete-${randomBytes(4).toString('hex')}`;
  renameSync(folder, aside);
  place.notice(`its data folder was incomplete: moved to ${aside}, and a new one is made`);
}

async function makeCluster(folder: string, password: string, tools: ClusterTools): Promise<void> {
  const { native, account, place } = tools;
  const args = [
    ...['-D', folder, '--username', SUPERUSER, '--auth', 'trust', '--encoding', 'UTF8', '--no-instructions'],
    // By code point, in every place and release alike; upper and lower case of all of Unicode.
    ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...(place.options['fsync'] === false ? ['--no-sync'] : []),
  ];
  const made = await runProgram(program(native, 'initdb'), args, place, { env: ENVIRONMENT, account });
  if (made.fault !== undefined) throw new EngineError(`PostgreSQL's data cannot be made: ${made.fault}`);
  writeFileSync(join(folder, 'pg_hba.conf'), ACCESS_RULES);
  await runStatements(folder, [passwordStatement(password), `CREATE DATABASE ${DATABASE}`], tools);
  writeFileSync(join(folder, COMPLETE), '');
}

/** Gives the superuser `password`, without a server and without the old one. */
export function setPassword(folder: string, password: string, tools: ClusterTools): Promise<void> {
  return runStatements(folder, [passwordStatement(password)], tools);
}

/** `password` must consist of letters and digits. */
function passwordStatement(password: string): string {
  return `ALTER ROLE ${SUPERUSER} PASSWORD '${password}'`;
}

// https://www.postgresql.org/docs/18/app-postgres.html, single-user mode: one statement a line, no password needed.
async function runStatements(folder: string, statements: string[], tools: ClusterTools): Promise<void> {
  const { native, account, place } = tools;
  const quiet = [
    '-c',
    'log_min_messages=error',
    '-c',
    'log_min_error_statement=panic',
    '-c',
    'log_checkpoints=off',
  ];
  const done = await runProgram(
    program(native, 'postgres'),
    ['--single', '-D', folder, ...quiet, '-c', `cluster_name=${place.marker}`, 'postgres'],
    place,
    { env: ENVIRONMENT, account, input: `${statements.join('\n')}\n` },
  );
  const fault = faultOf(done);
  if (fault !== undefined) throw new EngineError(`PostgreSQL's data cannot be prepared: ${fault}`);
}

// A statement that fails does not change the exit code.
function faultOf({ output, fault }: ProgramResult): string | undefined {
  return fault ?? /(?:ERROR|FATAL|PANIC):\s+(.*)/.exec(output)?.[1];
}
