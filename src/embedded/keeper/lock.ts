import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const NAME = 'keeper.lock';
/** https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

/** Held until {@link release}, or until the process ends in any way. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of an engine's folder; `undefined` when another process holds it.
 *
 * Node offers no file lock, but SQLite takes one that the operating system gives back when its holder dies, also by
 * kill -9: nothing can be stale, no pid has to be trusted, and simultaneous starts are settled by the kernel. The file
 * stays empty.
 */
export function takeLock(home: string): Lock | undefined {
  const path = join(home, NAME);
  try {
    return lockFile(path);
  } catch (error) {
    if (errorCode(error) === SQLITE_BUSY) return undefined;
    if (errorCode(error) !== SQLITE_NOTADB) throw error;
    // Something else was written into the file, which no holder of the lock does.
    rmSync(path, { force: true });
    return lockFile(path);
  }
}

function lockFile(path: string): Lock {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Nothing is ever written, so no journal is needed; as a file it would be left behind by a kill.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return { release: () => database.close() };
}

function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
}
