import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EngineSpec } from '../engine-spec.js';
import { EXIT_ALREADY_KEPT, type KeeperRequest } from '../keeper-protocol.js';
import { BoundedLog } from './bounded-log.js';
import { Keeper } from './keeper.js';
import { takeLock } from './lock.js';

// The keeper: a process of its own, which outlives the one that started it while others use the engine.

const EXIT_PATIENCE_MS = 2_000;

async function main(): Promise<number> {
  const given = JSON.parse(process.argv[2] ?? '') as KeeperRequest;
  const request = { ...given, home: realpathSync(given.home) };
  const lock = takeLock(request.home);
  if (lock === undefined) return EXIT_ALREADY_KEPT;
  const log = new BoundedLog(join(request.home, 'engine.log'));
  const { engine } = (await import(pathToFileURL(request.module).href)) as { engine: EngineSpec };
  const keeper = new Keeper(request, engine, lock, log);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => keeper.end());
  process.stdin.once('close', () => keeper.starterLeft()).on('error', () => process.stdin.destroy());
  process.stdin.resume();
  await keeper.run();
  process.stdin.destroy();
  return 0;
}

process.exitCode = await main();
// Last messages leave by themselves; a user that does not close its end must not keep this process.
setTimeout(() => process.exit(), EXIT_PATIENCE_MS).unref();
