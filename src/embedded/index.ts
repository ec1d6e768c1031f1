import { createHash } from 'node:crypto';
import type { Config } from '../config/index.js';
import { EngineError } from './engine-error.js';
import { EngineHold, type Engine, type EngineHoldOptions, type EngineState } from './engine-hold.js';
import { builtPath } from './keeper-spawn.js';

export { EngineError } from './engine-error.js';
export { EngineHold, type Engine, type EngineHoldOptions, type EngineState } from './engine-hold.js';

/** PostgreSQL 18. Option `fsync` (true). Its address is a `postgresql:` URL of the database `careline`. */
export const POSTGRES: Engine = {
  name: 'postgres',
  title: 'PostgreSQL',
  module: builtPath('postgres', 'engine.js'),
};

/** DynamoDB Local. Its address is an `http:` URL. */
export const DYNAMODB: Engine = {
  name: 'dynamodb',
  title: 'DynamoDB Local',
  module: builtPath('dynamodb', 'engine.js'),
};

/** dax-local. Option `dynamodbEndpoint`: the DynamoDB behind it. Its address is a `dax:` URL. */
const DAX: Engine = { name: 'dax', title: 'dax-local', module: builtPath('dax', 'engine.js') };

/** The one before this DynamoDB: who has another DynamoDB must not join it, and get the items of that one. */
export function daxBefore(dynamodbEndpoint: string): Engine {
  const hash = createHash('sha256').update(new URL(dynamodbEndpoint).href).digest('hex');
  return { ...DAX, folder: `${DAX.name}-${hash.slice(0, 12)}` };
}

/** The engines of one process. */
export interface RunningEngines {
  /** Of the configuration, or of the embedded PostgreSQL. */
  readonly databaseUrl: string;
  /** Of the configuration, or of the embedded DynamoDB Local; absent when there is none. */
  readonly dynamodbEndpoint: string | undefined;
  /** Of the configuration, or of the embedded dax-local; absent when there is none. */
  readonly daxEndpoint: string | undefined;
  /** Names of the engines that were started. */
  readonly embeddedEngines: readonly string[];
  /** How each embedded engine is now. */
  states(): EngineState[];
  /** Lets go of them. Those whose last user this was have ended when the promise resolves. Never rejects. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Takes one line for people. */
  readonly log: (line: string) => void;
  /** Also start DynamoDB Local when it has no address. Where it cannot run, the service goes on without it. */
  readonly dynamodb?: boolean;
  /** Also start dax-local when it has no address, in front of that DynamoDB. Without it the service goes on too. */
  readonly dax?: boolean;
}

/**
 * Starts the engines that have no address, or joins those that run already for the same DATA_DIR. They end with their
 * last user, however that ends.
 * @throws {EngineError} in production, and when PostgreSQL does not run
 */
export async function startEngines(
  config: Config,
  { log, dynamodb = false, dax = false }: StartOptions,
): Promise<RunningEngines> {
  const acquire = async (engine: Engine, options: EngineHoldOptions['options'] = {}): Promise<EngineHold> => {
    if (config.isProduction) throw new EngineError(`${engine.title} is embedded for development only`);
    return EngineHold.acquire(engine, { dataDir: config.dataDir, options, log });
  };
  const needsDynamodb = dynamodb && config.dynamodbEndpoint === undefined && !config.isProduction;
  // At the same time, since DynamoDB Local takes its seconds.
  const [required, optional] = await Promise.allSettled([
    config.databaseUrl === undefined ? acquire(POSTGRES) : undefined,
    needsDynamodb ? acquire(DYNAMODB) : undefined,
  ]);
  const postgres = required.status === 'fulfilled' ? required.value : undefined;
  const dynamo = optional.status === 'fulfilled' ? optional.value : undefined;
  if (required.status === 'rejected') {
    await dynamo?.release();
    throw required.reason;
  }
  const missing = optional.status === 'rejected' ? [unavailable(DYNAMODB, optional.reason, log)] : [];
  const dynamodbEndpoint = config.dynamodbEndpoint ?? dynamo?.address;
  const needsDax = dax && config.cache.daxEndpoint === undefined && !config.isProduction;
  const daxLocal =
    needsDax && dynamodbEndpoint !== undefined
      ? await acquire(daxBefore(dynamodbEndpoint), { dynamodbEndpoint }).catch((fault: unknown) => {
          missing.push(unavailable(DAX, fault, log));
          return undefined;
        })
      : undefined;
  return running(config, { postgres, dynamo, daxLocal, missing });
}

function unavailable(engine: Engine, fault: unknown, log: StartOptions['log']): EngineState {
  const reason = fault instanceof Error ? fault.message : 'unknown fault';
  log(`${engine.title} is unavailable: ${reason}`);
  return { name: engine.name, status: 'unavailable', reason };
}

interface Holds {
  readonly postgres: EngineHold | undefined;
  readonly dynamo: EngineHold | undefined;
  readonly daxLocal: EngineHold | undefined;
  readonly missing: readonly EngineState[];
}

function running(config: Config, { postgres, dynamo, daxLocal, missing }: Holds): RunningEngines {
  const holds = [postgres, dynamo, daxLocal].filter((hold) => hold !== undefined);
  const databaseUrl = config.databaseUrl ?? postgres?.address;
  if (databaseUrl === undefined) throw new EngineError('PostgreSQL has no address');
  return {
    databaseUrl,
    dynamodbEndpoint: config.dynamodbEndpoint ?? dynamo?.address,
    daxEndpoint: config.cache.daxEndpoint ?? daxLocal?.address,
    embeddedEngines: holds.map(({ state }) => state.name),
    states: () => [...holds.map(({ state }) => state), ...missing],
    stop: async () => void (await Promise.all(holds.map((hold) => hold.release()))),
  };
}
