import pg from 'pg';
import { FileFailure } from './bundle/file-failure.js';
import { EXAMS, MEDICATIONS, PATIENTS, upsertParameters, upsertSql, type ImportTable } from './bundle-sql.js';
import { faultKind, mayPass, unusable } from './database-fault.js';
import { componentRowId } from './identity.js';
import { retry } from './retry.js';
import type { BundleRows, ObservationExtent } from './rows.js';

/** Rows a statement. It bounds the memory of one; the number of parameters is that of the columns in any case. */
const BATCH_ROWS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const ATTEMPTS = 5;
const BASE_DELAY_MS = 100;

/** What became of the rows of one table. Rows that were there with the same values are `unchanged`. */
export interface RowCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly removed: number;
}

export interface BundleCounts {
  readonly patients: RowCounts;
  readonly exams: RowCounts;
  readonly medications: RowCounts;
}

/**
 * Writes bundles to the clinical tables, one transaction each, over one connection of its own. Transient faults (a
 * deadlock, a lost connection) are tried again a few times: the rows have fixed ids, so writing them twice does no harm.
 */
export class BundleRepository {
  private client: pg.Client | undefined;

  constructor(private readonly databaseUrl: string) {}

  /**
   * Makes sure that there are tables to write to.
   * @throws {DatabaseUnusable}
   */
  async check(): Promise<void> {
    await this.run(async (client) => {
      for (const { name, columns } of [PATIENTS, EXAMS, MEDICATIONS] as ImportTable<unknown>[]) {
        await client.query(`SELECT ${columns.map(([column]) => column).join(', ')} FROM ${name} LIMIT 0`);
      }
    });
  }

  /**
   * Writes what `build` makes of the bundle, all or nothing. `build` is told which of `patientIds` there are; they stay
   * until the transaction ends. It may be called again.
   * @throws {DatabaseUnusable}
   * @throws {FileFailure} when the database refuses these rows
   */
  async write<T extends { readonly rows: BundleRows }>(
    patientIds: readonly string[],
    build: (existing: ReadonlySet<string>) => T,
  ): Promise<{ readonly counts: BundleCounts; readonly built: T }> {
    return this.run(async (client) => {
      await client.query('BEGIN');
      try {
        const built = build(await lockPatients(client, patientIds));
        const counts = await writeRows(client, built.rows);
        await client.query('COMMIT');
        return { counts, built };
      } catch (error) {
        await this.rollBack(client, error);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end();
  }

  private async run<T>(action: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      return await retry(async () => action(await this.connected()), {
        attempts: ATTEMPTS,
        baseDelayMs: BASE_DELAY_MS,
        isTransient: mayPass,
      });
    } catch (error) {
      throw this.lastingFault(error);
    }
  }

  /** Neither the message nor the detail goes further: both quote values. */
  private lastingFault(error: unknown): unknown {
    switch (faultKind(error)) {
      case 'connection':
      case 'unusable':
        return unusable(error);
      case 'conflict':
        return new FileFailure('other programs were writing the same rows all the time', error);
      case 'refused':
        if (!(error instanceof pg.DatabaseError)) return error;
        return new FileFailure(`the database refused it (${error.code ?? 'no code'})`, error);
    }
  }

  /** After anything but an error of the server the state of the connection is unknown, and a new one is cheap. */
  private async rollBack(client: pg.Client, error: unknown): Promise<void> {
    if (!(error instanceof pg.DatabaseError)) this.discard(client);
    else await client.query('ROLLBACK').catch(() => this.discard(client));
  }

  private async connected(): Promise<pg.Client> {
    if (this.client !== undefined) return this.client;
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // The server stops itself; this is for one that is no longer there to do so.
      query_timeout: 2 * STATEMENT_TIMEOUT_MS,
      application_name: 'careline-import',
    });
    // Without a listener the loss of an idle connection would end the process.
    client.on('error', () => this.discard(client));
    try {
      await client.connect();
    } catch (error) {
      throw mayPass(error) ? error : unusable(error);
    }
    this.client = client;
    return client;
  }

  private discard(client: pg.Client): void {
    if (this.client === client) this.client = undefined;
    client.end().catch(() => undefined);
  }
}

async function lockPatients(client: pg.Client, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const found = await client.query<{ id: string }>(
    'SELECT id FROM patient WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE',
    [ids],
  );
  return new Set(found.rows.map(({ id }) => id));
}

async function writeRows(client: pg.Client, rows: BundleRows): Promise<BundleCounts> {
  const patients = await upsert(client, PATIENTS, rows.patients);
  const exams = await upsert(client, EXAMS, rows.exams);
  const medications = await upsert(client, MEDICATIONS, rows.medications);
  const goneExams = rows.observations.filter(({ ownRow }) => !ownRow).map(({ id }) => id);
  const removedExams =
    (await remove(client, EXAMS, [...rows.withdrawnReports, ...goneExams])).size +
    (await removeSurplusComponents(client, rows.observations));
  const removedMedications = (await remove(client, MEDICATIONS, rows.withdrawnMedications)).size;
  return {
    patients,
    exams: { ...exams, removed: removedExams },
    medications: { ...medications, removed: removedMedications },
  };
}

async function upsert<Row extends { readonly id: string }>(
  client: pg.Client,
  table: ImportTable<Row>,
  rows: readonly Row[],
): Promise<RowCounts> {
  // Always in the same order: two imports that lock the same rows then wait for each other instead of deadlocking.
  const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const total = { created: 0, updated: 0 };
  for (let start = 0; start < sorted.length; start += BATCH_ROWS) {
    const batch = sorted.slice(start, start + BATCH_ROWS);
    const result = await client.query<typeof total>(upsertSql(table), upsertParameters(table, batch));
    total.created += result.rows[0]?.created ?? 0;
    total.updated += result.rows[0]?.updated ?? 0;
  }
  return { ...total, unchanged: rows.length - total.created - total.updated, removed: 0 };
}

/** Deletes rows, and returns the ids of those that there were. */
async function remove(
  client: pg.Client,
  { name }: ImportTable<never>,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const removed = new Set<string>();
  for (let start = 0; start < ids.length; start += BATCH_ROWS) {
    const batch = ids.slice(start, start + BATCH_ROWS);
    const result = await client.query<{ id: string }>(
      `DELETE FROM ${name} WHERE id = ANY($1::uuid[]) RETURNING id`,
      [batch],
    );
    for (const { id } of result.rows) removed.add(id);
  }
  return removed;
}

/**
 * Deletes the components that observations had in an earlier state. Their ids follow from their number, and they have no
 * gaps, so that asking for the next one is enough; after a hit, for the one after it.
 */
async function removeSurplusComponents(
  client: pg.Client,
  observations: readonly ObservationExtent[],
): Promise<number> {
  let removed = 0;
  let next = new Map(
    observations.map(({ id, components }) => [componentRowId(id, components), { id, components }]),
  );
  while (next.size > 0) {
    const hits = await remove(client, EXAMS, [...next.keys()]);
    removed += hits.size;
    next = new Map(
      [...hits].flatMap((hit) => {
        const { id, components } = next.get(hit) ?? { id: hit, components: 0 };
        return [[componentRowId(id, components + 1), { id, components: components + 1 }]];
      }),
    );
  }
  return removed;
}
