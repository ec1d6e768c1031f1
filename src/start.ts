import type { Logger } from 'pino';
import { createApp } from './app.js';
import { withEngines, type Config } from './config/index.js';
import { startEngines } from './embedded/index.js';
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
  const engines = await startEngines(config, { log: (line) => logger.info(line) });
  try {
    const serviceConfig = withEngines(config, engines);
    if (!config.isProduction) {
      await migrate(serviceConfig.databaseUrl, { log: (line) => logger.info(line) });
      await seedIfEmpty(serviceConfig.databaseUrl, { log: (line) => logger.info(line) });
    }
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
