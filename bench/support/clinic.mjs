// Embedded engines with sample data, in a folder that is removed afterwards.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../dist/config/index.js';
import { startEngines } from '../../dist/embedded/index.js';
import { migrate } from '../../dist/prisma/migrate.js';
import { seed } from '../../dist/prisma/seed.js';

/** Where the disk does not count: it is the engines that would be measured. */
const MEMORY = '/dev/shm';

const SILENT = { log: () => undefined };

/**
 * Runs `work` with a clinic: its folder, the addresses of its engines, and the environment of a service of it.
 * @param dynamodb also start DynamoDB Local
 */
export async function withClinic({ dynamodb = false }, work) {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'careline-bench-'));
  const engines = await startEngines(readConfig({ DATA_DIR: folder }), { ...SILENT, dynamodb });
  try {
    await migrate(engines.databaseUrl, SILENT);
    await seed(engines.databaseUrl, SILENT);
    const environment = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'info',
      DATABASE_URL: engines.databaseUrl,
      DATA_DIR: folder,
      PORT: '0',
      RATE_LIMIT_PER_MINUTE: '100000000',
      ...(dynamodb ? { DYNAMODB_ENDPOINT: engines.dynamodbEndpoint } : {}),
    };
    await work({ folder, engines, environment });
  } finally {
    await engines.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
