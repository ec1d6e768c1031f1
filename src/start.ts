import type { Logger } from 'pino';
import { createApp } from './app.js';
import { dynamoConnection } from './cache-store.js';
import { createCacheTable, createDynamoClient } from './cache/index.js';
import { withEngines, type Config, type ServiceConfig } from './config/index.js';
import { startEngines, type RunningEngines } from './embedded/index.js';
import { migrate } from './prisma/migrate.js';
import { seedIfEmpty } from './prisma/seed.js';

/** The service as it runs. */
export interface RunningService {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Finishes the requests in flight, closes the connections and lets go of the embedded engines. */
  stop(): Promise<void>;
}

/**
 * Starts everything that one process needs: outside production the engines that have no address, the migrations and,
 * in an empty database, the sample data; then the HTTP server. Lets go of the engines when any of it fails.
 */
export async function start(config: Config, logger: Logger): Promise<RunningService> {
  const log = (line: string): void => logger.info(line);
  const engines = await startEngines(config, { log, dynamodb: config.cache.store === 'dynamo' });
  try {
    const serviceConfig = withEngines(withoutMissingStore(config, engines), engines);
    if (!config.isProduction) await prepareData(serviceConfig, log);
    const app = await createApp(serviceConfig, logger);
    try {
      await app.listen(config.port, config.host);
    } catch (error) {
      await app.close();
      throw error;
    }
    const stop = async (): Promise<void> => {
      await app.close();
      await engines.stop();
    };
    return { url: await app.getUrl(), stop };
  } catch (error) {
    await engines.stop();
    throw error;
  }
}

/** Where no DynamoDB can run, a developer's service goes on without a shared tier: the line about it is logged by then. */
function withoutMissingStore(config: Config, { dynamodbEndpoint }: RunningEngines): Config {
  if (config.isProduction || config.cache.store === 'memory' || dynamodbEndpoint !== undefined) return config;
  return { ...config, cache: { ...config.cache, store: 'memory' } };
}

/** What an operator does in production: migrations, tables, and sample data where there is none. */
async function prepareData(config: ServiceConfig, log: (line: string) => void): Promise<void> {
  await migrate(config.databaseUrl, { log });
  await seedIfEmpty(config.databaseUrl, { log });
  if (config.cache.store === 'memory') return;
  const dynamodb = createDynamoClient(dynamoConnection(config));
  const created = await createCacheTable(dynamodb, config.cache.table).finally(() => dynamodb.destroy());
  if (created) log(`Made the table ${config.cache.table}.`);
}
