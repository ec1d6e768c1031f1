import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { CONFIG, type ServiceConfig } from '../config/index.js';
import { PrismaClient } from './generated/client.js';

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

  /** After the HTTP server has finished its requests: they still need the connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
