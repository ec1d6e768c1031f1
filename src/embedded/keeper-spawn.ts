import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { join, parse, sep } from 'node:path';
import { engineEnvironment } from '../config/engine-environment.js';
import { EngineError } from './engine-error.js';
import type { KeeperRequest } from './keeper-protocol.js';

/**
 * The built file of a module of this folder. Plain Node has to be able to run it, also when this code itself is run
 * from its sources, as the tests do.
 */
export function builtPath(...path: string[]): string {
  const folder = import.meta.dirname;
  const source = join('src', 'embedded');
  const built = folder.endsWith(`${sep}${source}`)
    ? join(folder.slice(0, -source.length), 'dist', 'embedded')
    : folder;
  return join(built, ...path);
}

/**
 * Starts a keeper in a session of its own, so that a Ctrl-C of the terminal does not reach it: the engine must still
 * be there while the service finishes its requests. Its standard input tells it whether the starter still wants it:
 * call {@link forgetKeeper} when not, or when connected.
 */
export function spawnKeeper(request: KeeperRequest): ChildProcess {
  const log = openSync(join(request.home, 'engine.log'), 'a', 0o600);
  try {
    const keeper = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', builtPath('keeper', 'main.js'), JSON.stringify(request)],
      {
        cwd: parse(process.execPath).root,
        detached: true,
        env: engineEnvironment(),
        stdio: ['pipe', log, log],
        windowsHide: true,
      },
    );
    keeper.unref();
    return keeper;
  } finally {
    closeSync(log);
  }
}

/** Leaves `keeper` to those who are connected to it: without any, it ends. */
export function forgetKeeper(keeper: ChildProcess | undefined): void {
  keeper?.stdin?.destroy();
}

/**
 * Makes the engine's folder inside DATA_DIR.
 * @throws {EngineError} when DATA_DIR cannot be written
 */
export function makeHome(dataDir: string, name: string): string {
  const home = join(dataDir, name);
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK | constants.X_OK);
    return home;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown fault';
    throw new EngineError(`DATA_DIR cannot be written (${code}): ${dataDir}`);
  }
}
