import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** PostgreSQL's one-byte type "char", in which much of its catalogue is written. */
const CHAR_OID = 18;

/**
 * Prisma's adapter on `pool`, able to read PostgreSQL's catalogue: by itself it refuses columns of the type "char". They pass
 * as text, and are given their type afterwards. The schema engine sends one query at a time.
 */
export function catalogueAdapterFactory(pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  let characterColumns: number[] = [];
  const query = pool.query.bind(pool) as (config: pg.QueryArrayConfig) => Promise<pg.QueryArrayResult>;
  const withoutChar = async (config: pg.QueryArrayConfig) => {
    const result = await query(config);
    characterColumns = result.fields.flatMap(({ dataTypeID }, index) =>
      dataTypeID === CHAR_OID ? [index] : [],
    );
    for (const index of characterColumns) result.fields[index]!.dataTypeID = pg.types.builtins.TEXT;
    return result;
  };
  Object.assign(pool, { query: withoutChar });

  const prisma = new PrismaPg(pool);
  return {
    provider: prisma.provider,
    adapterName: prisma.adapterName,
    connectToShadowDb: () => prisma.connectToShadowDb(),
    connect: async () => {
      const adapter = await prisma.connect();
      const queryRaw = adapter.queryRaw.bind(adapter);
      adapter.queryRaw = async (sql) => {
        const result = await queryRaw(sql);
        for (const index of characterColumns) result.columnTypes[index] = ColumnTypeEnum.Character;
        return result;
      };
      return adapter;
    },
  };
}
