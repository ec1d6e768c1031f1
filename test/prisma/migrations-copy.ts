import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS_DIRECTORY } from '../../src/prisma/migrations-folder.js';

/** A migrations folder of the test's own. */
export interface MigrationsCopy {
  readonly directory: string;
  /** Writes the script of a migration, new or not. */
  write(name: string, sql: string): Promise<void>;
  /** Takes a migration away. */
  remove(name: string): Promise<void>;
  drop(): Promise<void>;
}

/** A folder without migrations. */
export async function emptyMigrations(): Promise<MigrationsCopy> {
  const directory = await mkdtemp(join(tmpdir(), 'careline-migrations-'));
  await cp(join(MIGRATIONS_DIRECTORY, 'migration_lock.toml'), join(directory, 'migration_lock.toml'));
  return {
    directory,
    write: async (name, sql) => {
      await mkdir(join(directory, name), { recursive: true });
      await writeFile(join(directory, name, 'migration.sql'), sql);
    },
    remove: (name) => rm(join(directory, name), { recursive: true }),
    drop: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A copy of the real folder. */
export async function copyOfMigrations(): Promise<MigrationsCopy> {
  const copy = await emptyMigrations();
  await cp(MIGRATIONS_DIRECTORY, copy.directory, { recursive: true });
  return copy;
}
