import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../engine-error.js';
import type { EnginePlace, EngineSpec } from '../engine-spec.js';
import { EngineProcess, lastLine } from './engine-process.js';
import { choosePort } from './free-port.js';

// Pauses before another try after a fault that passes, such as a port that was taken in the meantime.
const RETRY_PAUSES_MS = [100, 500, 1_500, 3_000];

/** A running engine. */
export interface Running {
  readonly port: number;
  readonly address: string;
  readonly process: EngineProcess;
}

/**
 * Prepares and starts the engine, on its remembered port if that is free.
 * @throws {EngineError} when it does not run, in one line
 */
export async function runEngine(
  spec: EngineSpec,
  place: Omit<EnginePlace, 'port'>,
  rememberedPort: number | undefined,
): Promise<Running> {
  for (const pauseMs of [...RETRY_PAUSES_MS, undefined]) {
    const { port, taken } = await choosePort(place.marker, rememberedPort);
    if (taken !== undefined) {
      place.notice(`port ${taken} is taken by another program: ${spec.title} moves to port ${port}`);
    }
    const launch = await spec.prepare({ ...place, port });
    place.signal.throwIfAborted();
    const engine = new EngineProcess(launch, (output) => place.record(output));
    if (await engine.becomesReady(place.signal)) return { port, address: launch.address, process: engine };
    await engine.stop('SIGKILL');
    place.signal.throwIfAborted();
    if (pauseMs === undefined || !spec.passingFault.test(engine.output)) {
      throw new EngineError(await explain(spec, engine));
    }
    await delay(pauseMs, undefined, { signal: place.signal });
  }
  throw new EngineError(`${spec.title} did not start`);
}

async function explain(spec: EngineSpec, engine: EngineProcess): Promise<string> {
  const said = lastLine(engine.output);
  return `${spec.title} did not start: ${await engine.ended}${said === '' ? '' : `: ${said}`}`;
}
