import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from './engine-error.js';
import { KeeperLink, type LinkHandlers } from './keeper-link.js';
import { EXIT_ALREADY_KEPT, type KeeperRequest } from './keeper-protocol.js';
import { forgetKeeper, spawnKeeper } from './keeper-spawn.js';
import { readKeeperAddress } from './state-file.js';

const POLL_MS = 15;
/** Between two keepers that found the lock taken: its holder is about to let users in, or about to end. */
const RESPAWN_MS = 200;
/** A keeper that stops its engine holds the lock for at most half a minute. */
const DEADLINE_MS = 40_000;

/** An open connection, and whether this process started the keeper at its other end. */
export interface FoundKeeper {
  readonly link: KeeperLink;
  readonly isOwn: boolean;
}

/**
 * Connects to the keeper that runs, or starts one. Any number of processes may do so at once: of their keepers the one
 * that gets the lock lives, and all find it.
 * @throws {EngineError} when there is none within 40 s
 */
export async function findKeeper(request: KeeperRequest, handlers: LinkHandlers): Promise<FoundKeeper> {
  const deadline = performance.now() + DEADLINE_MS;
  let refusedToken: string | undefined;
  let spawned: ChildProcess | undefined;
  let spawnedAt = -Infinity;
  try {
    while (performance.now() < deadline) {
      const address = readKeeperAddress(request.home);
      if (address !== undefined && address.token !== refusedToken) {
        const link = await KeeperLink.open(address, handlers);
        if (link !== undefined) return { link, isOwn: spawned?.pid === address.pid };
        refusedToken = address.token;
      }
      if (hasEnded(spawned, request) && performance.now() > spawnedAt + RESPAWN_MS) {
        spawned = spawnKeeper(request);
        spawnedAt = performance.now();
        // A spawn that fails has no pid either, which `hasEnded` reports.
        spawned.on('error', () => undefined);
      }
      await delay(POLL_MS);
    }
  } finally {
    forgetKeeper(spawned);
  }
  const { pid = 'unknown' } = readKeeperAddress(request.home) ?? {};
  throw new EngineError(`the process that keeps the engine does not answer (pid ${pid}): end it`);
}

/** Whether there is no keeper of our own, or it found the lock taken. */
function hasEnded(keeper: ChildProcess | undefined, { home }: KeeperRequest): boolean {
  if (keeper === undefined || keeper.exitCode === EXIT_ALREADY_KEPT) return true;
  if (keeper.pid === undefined || (keeper.exitCode ?? 0) !== 0) {
    throw new EngineError(`the process that keeps the engine could not start: see engine.log in ${home}`);
  }
  // Ended by a signal, or already without users: another one may do better.
  return keeper.exitCode !== null || keeper.signalCode !== null;
}
