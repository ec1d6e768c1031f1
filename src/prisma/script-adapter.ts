import { PrismaPg } from '@prisma/adapter-pg';
import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** {@link PrismaPg} for migrations, which remembers a script that failed. */
export interface ScriptAdapterFactory extends SqlMigrationAwareDriverAdapterFactory {
  /** The script that failed, and what it failed with; undefined while none has. */
  readonly failure: { readonly script: string; readonly error: unknown } | undefined;
}

/**
 * Prisma's adapter on `pool`, but for scripts. The adapter cuts a script at every semicolon, function bodies too, and sends
 * the pieces one by one, each a transaction of its own. Here a script goes as one simple query, as Prisma's native engine
 * sends it: PostgreSQL runs it in one transaction, all or nothing.
 */
export function scriptAdapterFactory(pool: pg.Pool): ScriptAdapterFactory {
  const prisma = new PrismaPg(pool);
  let failure: ScriptAdapterFactory['failure'];
  return {
    provider: prisma.provider,
    adapterName: prisma.adapterName,
    connectToShadowDb: () => Promise.reject(new Error('migrations need no shadow database')),
    connect: async (): Promise<SqlDriverAdapter> => {
      const adapter = await prisma.connect();
      adapter.executeScript = async (script) => {
        // A client of our own: pool.query() closes the connection on which a query fails, and with it goes the lock.
        const client = await pool.connect();
        client.on('error', ignore);
        try {
          await client.query(script);
        } catch (error) {
          failure = { script, error };
          // For a script with a BEGIN of its own: the engine has a failure to write down yet.
          await client.query('ROLLBACK').catch(ignore);
          throw toAdapterError(error);
        } finally {
          client.off('error', ignore);
          client.release();
        }
      };
      return adapter;
    },
    get failure() {
      return failure;
    },
  };
}

/** In the form whose message the engine writes to `_prisma_migrations.logs`. */
function toAdapterError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', severity = 'ERROR', message, detail, column, hint } = error;
  return new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
}

/** A connection that ends fails its query: the event says nothing more. */
function ignore(): void {}
