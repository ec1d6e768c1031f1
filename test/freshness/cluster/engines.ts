import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as Embedded from '../../../src/embedded/index.js';

/** PostgreSQL and DynamoDB Local, of this run alone. */
export interface Engines {
  readonly databaseUrl: string;
  readonly dynamodbEndpoint: string;
  /** State of the engines and of the local issuer. */
  readonly dataDir: string;
  stop(): Promise<void>;
}

/**
 * Starts both with empty data. PostgreSQL writes through to the disk: it is killed here, and what it has answered must
 * be there afterwards.
 */
export async function startEngines(): Promise<Engines> {
  // The built code: the engines' keepers are processes that run it.
  const embedded = (await import(resolve('dist/embedded/index.js'))) as typeof Embedded;
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-freshness-'));
  // Under root PostgreSQL runs as another user, who has to enter.
  await chmod(dataDir, 0o755);
  const holds: Embedded.EngineHold[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(holds.map((hold) => hold.release()));
    await rm(dataDir, { recursive: true, force: true });
  };
  const acquire = async (engine: Embedded.Engine): Promise<string> => {
    const hold = await embedded.EngineHold.acquire(engine, { dataDir, log: () => undefined });
    holds.push(hold);
    return hold.address;
  };
  try {
    const [databaseUrl, dynamodbEndpoint] = await Promise.all([
      acquire(embedded.POSTGRES),
      acquire(embedded.DYNAMODB),
    ]);
    return { databaseUrl, dynamodbEndpoint, dataDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
