import type { Logger } from 'pino';
import { createApp } from './app.js';
import { dynamoConnection } from './dynamo/dynamo-connection.js';
import { createCacheTable } from './cache/index.js';
import { createDynamoClient } from './dynamo/dynamo-client.js';
import { OperatorError } from './common/errors/operator-error.js';
import { withEngines, type Config, type ServiceConfig } from './config/index.js';
import { startEngines, type RunningEngines } from './embedded/index.js';
import { MessagingOperator } from './messaging/operator/messaging-operator.js';
import { createMessagingTable } from './messaging/table/messaging-table.js';
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
  const engines = await startEngines(config, { log, dynamodb: true, dax: config.cache.store === 'dax' });
  try {
    const serviceConfig = withEngines(withKnownStore(config, engines), engines);
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

/**
 * The store with the address of its engine. Where no DynamoDB can run, a developer's service goes on without a shared
 * tier, and without DAX on DynamoDB: the line about it is logged by then.
 */
function withKnownStore(config: Config, { dynamodbEndpoint, daxEndpoint }: RunningEngines): Config {
  const { cache } = config;
  if (config.isProduction || cache.store === 'memory') return config;
  if (dynamodbEndpoint === undefined) return { ...config, cache: { ...cache, store: 'memory' } };
  const store = cache.store === 'dax' && daxEndpoint === undefined ? 'dynamo' : cache.store;
  return { ...config, cache: { ...cache, store, daxEndpoint } };
}

/** What an operator does in production: migrations, tables, and sample data where there is none. */
async function prepareData(config: ServiceConfig, log: (line: string) => void): Promise<void> {
  await migrate(config.databaseUrl, { log });
  await seedIfEmpty(config.databaseUrl, { log });
  // Where no DynamoDB runs, the line about it is logged by now, and messages are answered by 503.
  if (config.dynamodbEndpoint === undefined) return;
  const dynamodb = createDynamoClient(dynamoConnection(config));
  try {
    await prepareMessages(dynamodb, config, log);
    if (config.cache.store === 'memory') return;
    const created = await createCacheTable(dynamodb, config.cache.table);
    if (created) log(`Made the table ${config.cache.table}.`);
  } finally {
    dynamodb.destroy();
  }
}

/** A DynamoDB that does not answer keeps nobody from the patients. */
async function prepareMessages(
  dynamodb: ReturnType<typeof createDynamoClient>,
  config: ServiceConfig,
  log: (line: string) => void,
): Promise<void> {
  const { messagingTable } = config;
  try {
    if (!(await createMessagingTable(dynamodb, messagingTable, log))) return;
    log(`Made the table ${messagingTable}.`);
    await seedMessages(config, log);
  } catch (error) {
    const reason = error instanceof OperatorError ? error.message : nameOf(error);
    log(`Messages are unavailable: the table ${messagingTable} cannot be made (${reason}).`);
  }
}

/** Into a new table. Where the sample users are not there, it stays empty. */
async function seedMessages(config: ServiceConfig, log: (line: string) => void): Promise<void> {
  const table = { name: config.messagingTable, connection: dynamoConnection(config) };
  const operator = new MessagingOperator(table, () => Promise.resolve(config.databaseUrl));
  try {
    log(`Sample messages: ${await operator.seed()} added.`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    log(`The table ${config.messagingTable} stays without messages. ${error.message}`);
  } finally {
    await operator.close();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
