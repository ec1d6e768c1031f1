import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  type Stats,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineError } from '../engine-error.js';
import type { Account, EnginePlace } from '../engine-spec.js';
import { canReach } from './account.js';

const NAME = 'data';

/** Whose the data is that was made before; `undefined` where there is none. */
export function dataOwner(home: string): Account | undefined {
  const stat = statSync(join(home, NAME), { throwIfNoEntry: false });
  return stat === undefined ? undefined : { uid: stat.uid, gid: stat.gid };
}

/**
 * The data folder of the engine: `data` in its home. Where `account` cannot enter that, because a folder above has
 * mode 700 (root's home, `mktemp -d`), it is a folder under the system's temporary one, and `data` a link to it, so that
 * the next start finds it again.
 * @throws {EngineError} when data exists that cannot be reached
 */
export function locateData(place: EnginePlace, account: Account | undefined): string {
  const own = join(place.home, NAME);
  const entry = lstatSync(own, { throwIfNoEntry: false });
  const target = entry?.isSymbolicLink() === true ? readlinkSync(own) : undefined;
  if (account === undefined || (target === undefined && canReach(place.home, account))) return target ?? own;
  if (target === undefined && entry !== undefined) {
    throw new EngineError(
      `PostgreSQL's user (uid ${account.uid}) cannot enter the folders above its data any more: ${own}`,
    );
  }
  const folder = target ?? join(sharedFolder(account), place.marker, NAME);
  makeOpenFolder(dirname(folder));
  if (target === undefined) symlinkSync(folder, own);
  place.notice(
    `its user cannot enter DATA_DIR: the data is kept in ${folder}, until the system clears its temporary files`,
  );
  return folder;
}

/**
 * A folder of this user's own that `account` can enter, under a temporary folder of the system.
 * @throws {EngineError} when there is none, or somebody else made it
 */
export function sharedFolder(account: Account): string {
  const base = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => canReach(folder, account));
  if (base === undefined)
    throw new EngineError("PostgreSQL's user can enter no temporary folder of the system");
  const folder = join(base, `careline-${process.getuid?.() ?? 0}`);
  makeOpenFolder(folder);
  return folder;
}

/**
 * Makes `path` where it does not exist, for everybody to enter and for this user alone to change.
 * @throws {EngineError} when it is somebody else's: its name is no secret, and programs in it are run
 */
export function makeOpenFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path);
  const stat: Stats = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new EngineError(`${path} belongs to somebody else: remove it`);
  }
  // Not by mkdir's mode, from which the umask is taken off.
  chmodSync(path, 0o755);
}

/** Makes the empty folder `path`, which only `account` can use. */
export function makePrivateFolder(path: string, account: Account | undefined): void {
  mkdirSync(path, { mode: 0o700 });
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}
