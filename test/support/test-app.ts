import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { createLogger } from '../../src/common/logging/logger.js';
import { readConfig, withEngines, type ServiceConfig } from '../../src/config/index.js';
import { createTestDatabase } from './test-database.js';
import { openTestTier } from './test-tier.js';

/** A service on a free loopback port with a database of its own, and what it logged. */
export interface TestApp {
  readonly url: string;
  readonly databaseUrl: string;
  readonly config: ServiceConfig;
  /** Every line logged so far, at level trace. */
  readonly logs: readonly string[];
  close(): Promise<void>;
}

/** What several services share: a migrated database, and the folder with the keys of the local issuer. */
export interface TestPlace {
  readonly databaseUrl: string;
  readonly dataDir: string;
  remove(): Promise<void>;
}

/** A place without data. */
async function makeTestPlace(): Promise<TestPlace> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-test-'));
  return {
    databaseUrl: database.url,
    dataDir,
    remove: async () => {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Starts the whole service in this process. `environment` overrides the variables, and those of `TEST_CACHE_STORE`.
 * @param shared a place that stays when the service ends; by default it gets one of its own
 */
export async function startTestApp(
  environment: Record<string, string> = {},
  shared?: Pick<TestPlace, 'databaseUrl' | 'dataDir'>,
): Promise<TestApp> {
  const own = shared === undefined ? await makeTestPlace() : undefined;
  const { databaseUrl, dataDir } = (shared ?? own) as TestPlace;
  const tier = await openTestTier(databaseUrl);
  const given = readConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    RATE_LIMIT_PER_MINUTE: '0',
    MESSAGING_STREAM: 'off',
    ...tier.environment,
    ...environment,
  });
  const config = withEngines(given, { databaseUrl, embeddedEngines: [] });
  const logs: string[] = [];
  const app = await createApp(config, createLogger('trace', { write: (line) => logs.push(line) }));
  await app.listen(0, '127.0.0.1');
  return {
    url: (await app.getUrl()).replace('localhost', '127.0.0.1'),
    databaseUrl,
    config,
    logs,
    close: async () => {
      await app.close();
      // The others of a shared place still use it.
      if (own !== undefined) await Promise.all([tier.drop(), own.remove()]);
    },
  };
}
