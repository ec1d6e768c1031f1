import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { observeSnapshot } from '../cache/index.js';
import { CONFIG, type ServiceConfig } from '../config/index.js';
import { PrismaClient, type Prisma } from './generated/client.js';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 10;

interface VersionRow {
  readonly tag: string;
  readonly version: string;
  readonly nonce: string;
}

/** The versions of `tags`, and READ ONLY from here on: in one statement, since each is a round trip that every miss pays. */
async function readOnlyVersions(
  tx: Prisma.TransactionClient,
  tags: readonly string[],
): Promise<readonly VersionRow[]> {
  const rows = await tx.$queryRaw<readonly (VersionRow | { readonly tag: null })[]>`
    SELECT tag, version::text AS version, nonce
    FROM set_config('transaction_read_only', 'on', true) LEFT JOIN cache_tag ON tag = ANY (${tags})`;
  // Where no tag has a row, the setting still makes one.
  return rows.filter((row) => row.tag !== null);
}

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
        let isReadOnly = false;
        await observeSnapshot(async (tags) => {
          isReadOnly = true;
          return readOnlyVersions(tx, tags);
        });
        if (!isReadOnly) await tx.$executeRaw`SET TRANSACTION READ ONLY`;
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
