import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { observeSnapshot } from '../cache/index.js';
import { CONFIG, type ServiceConfig } from '../config/index.js';
import { PrismaClient, type Prisma } from './generated/client.js';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 10;

/** The client of the clinical database. Connects on first use; every statement has a time limit. */
@Injectable()
export class PrismaService extends PrismaClient implements OnApplicationShutdown {
  constructor(@Inject(CONFIG) config: Pick<ServiceConfig, 'databaseUrl'>) {
    super({
      adapter: new PrismaPg({
        connectionString: config.databaseUrl,
        max: MAX_CONNECTIONS,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        application_name: 'careline',
      }),
    });
  }

  /**
   * Runs `load` in a transaction of its own that sees one moment (REPEATABLE READ, READ ONLY). A cached load learns the
   * versions that this moment has, and is stored under them: docs/consistency.md, rule 1.
   */
  snapshot<T>(load: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.$transaction(
      async (tx) => {
        await tx.$executeRaw`SET TRANSACTION READ ONLY`;
        await observeSnapshot(
          (tags) =>
            tx.$queryRaw`SELECT tag, version::text AS version, nonce FROM cache_tag WHERE tag = ANY (${tags})`,
        );
        return load(tx);
      },
      { isolationLevel: 'RepeatableRead' },
    );
  }

  /** After the HTTP server has finished its requests: they still need the connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
