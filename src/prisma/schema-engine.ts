import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type * as Bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { MigrationList, SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { MigrationsFolder } from './migrations-folder.js';

/** Nothing is kept out: Careline owns its schema. */
export const WHOLE_SCHEMA: SchemaFilter = { externalTables: [], externalEnums: [] };

interface EngineExports {
  __wbindgen_start(): void;
}

/** The part of the global that is used here: TypeScript declares it only for browsers. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: EngineExports } }>;
};

let bindings: Promise<typeof Bindings> | undefined;

/**
 * Prisma's schema engine, the WebAssembly build of it, on the connections of `factory`. Whoever opens it calls `free()`.
 */
export async function openSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
): Promise<SchemaEngine> {
  bindings ??= loadBindings();
  const { SchemaEngine } = await bindings;
  // What the engine logs holds whole scripts: nothing that a log should keep.
  const ignoreLog = (): void => undefined;
  return SchemaEngine.new({ datamodels: undefined }, ignoreLog, bindMigrationAwareSqlAdapterFactory(factory));
}

/** The migrations folder in the engine's terms. */
export function toMigrationList({ directory, lock, migrations }: MigrationsFolder): MigrationList {
  return {
    baseDir: directory,
    lockfile: { path: 'migration_lock.toml', content: lock },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/**
 * The package's own entry imports the .wasm file as a module, which needs a bundler: it is instantiated by hand. Once a
 * process, for the bindings keep the instance in a variable of theirs.
 */
async function loadBindings(): Promise<typeof Bindings> {
  const path = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const [glue, bytes] = await Promise.all([
    import('@prisma/schema-engine-wasm/schema_engine_bg'),
    readFile(path.replace(/\.js$/, '.wasm')),
  ]);
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': withIdleTimers(glue),
  });
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: throwPanic } });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue;
}

/** The engine never clears the 10 s timer of its own locking, which would keep a process alive that has nothing left to do. */
function withIdleTimers(imports: object): object {
  const idle = (callback: () => void, delayMs: number): NodeJS.Timeout =>
    setTimeout(callback, delayMs).unref();
  return Object.fromEntries(
    Object.entries(imports).map(([name, value]) => [
      name,
      name.startsWith('__wbg_setTimeout') ? idle : (value as unknown),
    ]),
  );
}

/** The engine reports a panic here before it traps; without this there would only be `unreachable`. */
function throwPanic(message: string): never {
  throw new Error(`schema engine: ${message}`);
}
