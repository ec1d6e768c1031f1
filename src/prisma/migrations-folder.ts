import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OperatorError } from '../common/errors/operator-error.js';

/** `prisma/migrations` of the package: this file lies two folders below its root, in `src` and in `dist` alike. */
export const MIGRATIONS_DIRECTORY = resolve(import.meta.dirname, '../../prisma/migrations');

/** One folder of the migrations folder. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** As Prisma records it: SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
}

/** The migrations folder, as `prisma migrate` lays it out. */
export interface MigrationsFolder {
  readonly directory: string;
  /** Content of `migration_lock.toml`. */
  readonly lock: string;
  /** In the order in which they are applied: by name. */
  readonly migrations: readonly Migration[];
}

/** @throws {OperatorError} when the folder or a file of it is missing */
export async function readMigrationsFolder(directory = MIGRATIONS_DIRECTORY): Promise<MigrationsFolder> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    return {
      directory,
      lock: await readFile(join(directory, 'migration_lock.toml'), 'utf8'),
      migrations: await Promise.all(names.map((name) => readMigration(directory, name))),
    };
  } catch (cause) {
    throw new OperatorError(
      `The migrations cannot be read from ${directory}: is the installation complete?`,
      {
        cause,
      },
    );
  }
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
