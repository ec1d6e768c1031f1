import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as Embedded from '../../src/embedded/index.js';

declare global {
  /** Ends what the set-up started. Set-up and teardown run in the same process. */
  var endTestEngines: (() => Promise<void>) | undefined;
}

/**
 * Gives the tests a PostgreSQL: that of `TEST_DATABASE_URL`, an URL of a user who may create databases, else an
 * embedded one with empty data, which writes nothing through to the disk. The workers inherit the variable.
 */
export default async function setup(): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-test-engines-'));
  // Under root PostgreSQL runs as another user, who has to enter.
  await chmod(dataDir, 0o755);
  // The built code, by its path: Jest turns this file into a CommonJS module, without its resolver of sources.
  const { EngineLease, POSTGRES } = (await import(resolve('dist/embedded/index.js'))) as typeof Embedded;
  const lines: string[] = [];
  try {
    const lease = await EngineLease.acquire(POSTGRES, {
      dataDir,
      options: { fsync: false },
      log: (line) => lines.push(line),
    });
    const url = new URL(lease.address);
    url.pathname = '/postgres';
    process.env['TEST_DATABASE_URL'] = url.href;
    globalThis.endTestEngines = async () => {
      delete process.env['TEST_DATABASE_URL'];
      await lease.release();
      await rm(dataDir, { recursive: true, force: true });
    };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw new Error(`the tests have no PostgreSQL. ${lines.join('. ')}`, { cause: error });
  }
}
