import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../engine-error.js';

// Below the ranges from which operating systems take the ports of outgoing connections (32768 on Linux, 49152 elsewhere).
const FIRST_PORT = 20_000;
const PORTS = 10_000;
const TRIES = 50;
/**
 * How long a remembered port may still be taken, and how often it is tried. The sockets of a killed program close with the
 * last of its threads, which may be after it left the process list.
 */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 50;

/** A port for an engine. `taken` is the remembered one, when another program has it. */
export interface PortChoice {
  readonly port: number;
  readonly taken: number | undefined;
}

/**
 * A loopback port that is free now: the remembered one, else one that follows from `marker`, so that every DATA_DIR
 * has an address of its own that stays the same even when nothing is remembered.
 */
export async function choosePort(marker: string, remembered: number | undefined): Promise<PortChoice> {
  if (remembered !== undefined && (await becomesFree(remembered))) {
    return { port: remembered, taken: undefined };
  }
  const first = createHash('sha256').update(marker).digest().readUInt32BE();
  for (let i = 0; i < TRIES; i += 1) {
    const port = FIRST_PORT + ((first + i) % PORTS);
    if (port !== remembered && (await isFree(port))) return { port, taken: remembered };
  }
  throw new EngineError(`no free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1} was found`);
}

async function becomesFree(port: number): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  while (!(await isFree(port))) {
    if (performance.now() > until) return false;
    await delay(PAUSE_MS);
  }
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
