import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EngineError } from '../engine-error.js';
import type { Account, EnginePlace } from '../engine-spec.js';
import { runProgram } from '../keeper/run-program.js';

const SYSTEM_USER = 'postgres';

/**
 * The account that PostgreSQL runs as; `undefined` = the keeper's own. PostgreSQL refuses to run as root, so under root
 * it is the owner of the data or else the system user `postgres`, who is made where there is none.
 */
export async function accountFor(
  dataOwner: Account | undefined,
  place: EnginePlace,
): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (dataOwner !== undefined && dataOwner.uid !== 0) return dataOwner;
  return (await findAccount(place)) ?? createAccount(place);
}

async function findAccount(place: EnginePlace): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([idOf('-u', place), idOf('-g', place)]);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function idOf(flag: '-u' | '-g', place: EnginePlace): Promise<number | undefined> {
  const { fault, output } = await runProgram('id', [flag, SYSTEM_USER], place);
  return fault === undefined ? Number(output) : undefined;
}

async function createAccount(place: EnginePlace): Promise<Account> {
  const options = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false'];
  const { fault } = await runProgram('useradd', [...options, SYSTEM_USER], place);
  const account = await findAccount(place);
  if (account === undefined) {
    const why = `PostgreSQL does not run as root, and its user ${SYSTEM_USER} cannot be made (${fault ?? 'not found'})`;
    throw new EngineError(`${why}: run as another user, or set DATABASE_URL`);
  }
  place.notice(`does not run as root: made the system user ${SYSTEM_USER} for it`);
  return account;
}

/** Whether `account` may read the file or enter the folder `path`, going by its mode and that of every folder above. */
export function canReach(path: string, account: Account): boolean {
  const parent = dirname(path);
  return allows(path, account) && (parent === path || canReach(parent, account));
}

function allows(path: string, { uid, gid }: Account): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const shift = stat.uid === uid ? 6 : stat.gid === gid ? 3 : 0;
  const needed = stat.isDirectory() ? 0o1 : 0o4;
  return ((stat.mode >> shift) & needed) === needed;
}
