import type { ExamRow, MedicationRow, PatientRow } from './rows.js';

/** A column: its name, its PostgreSQL type, and where a row has its value. */
type Column<Row> = readonly [name: string, type: string, key: keyof Row & string];

/** A table as the import writes it. */
export interface ImportTable<Row> {
  readonly name: string;
  /** The first is the primary key. */
  readonly columns: readonly Column<Row>[];
}

export const PATIENTS: ImportTable<PatientRow> = {
  name: 'patient',
  columns: [
    ['id', 'uuid', 'id'],
    ['given_name', 'text', 'givenName'],
    ['family_name', 'text', 'familyName'],
    ['birth_date', 'date', 'birthDate'],
    ['death_date', 'date', 'deathDate'],
    ['gender', 'gender', 'gender'],
    ['phone', 'text', 'phone'],
    ['email', 'text', 'email'],
    ['address', 'text', 'address'],
  ],
};

export const EXAMS: ImportTable<ExamRow> = {
  name: 'exam',
  columns: [
    ['id', 'uuid', 'id'],
    ['patient_id', 'uuid', 'patientId'],
    ['code', 'text', 'code'],
    ['code_system', 'text', 'codeSystem'],
    ['name', 'text', 'name'],
    ['result', 'text', 'result'],
    ['unit', 'text', 'unit'],
    ['date', 'timestamptz', 'date'],
  ],
};

export const MEDICATIONS: ImportTable<MedicationRow> = {
  name: 'medication',
  columns: [
    ['id', 'uuid', 'id'],
    ['patient_id', 'uuid', 'patientId'],
    ['code', 'text', 'code'],
    ['code_system', 'text', 'codeSystem'],
    ['name', 'text', 'name'],
    ['status', 'text', 'status'],
    ['dosage', 'text', 'dosage'],
    ['date', 'timestamptz', 'date'],
  ],
};

/**
 * Writes rows given as one array a column, and answers how many were created and how many updated. A row that is there
 * already with the same values is left alone: no new row version, and no trigger sees it.
 */
export function upsertSql<Row>({ name, columns }: ImportTable<Row>): string {
  const names = columns.map(([column]) => column);
  const values = names.slice(1);
  const list = (prefix: string): string => values.map((column) => `${prefix}.${column}`).join(', ');
  return `
    WITH written AS (
      INSERT INTO ${name} AS kept (${names.join(', ')})
      SELECT * FROM unnest(${columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})
      ON CONFLICT (id) DO UPDATE SET ${values.map((column) => `${column} = excluded.${column}`).join(', ')}
      WHERE (${list('kept')}) IS DISTINCT FROM (${list('excluded')})
      -- A row version that ON CONFLICT made carries its transaction's lock; one that was inserted carries none.
      RETURNING kept.xmax = 0 AS created
    )
    SELECT count(*) FILTER (WHERE created)::int AS created, count(*) FILTER (WHERE NOT created)::int AS updated
    FROM written`;
}

/** The arrays for {@link upsertSql}. */
export function upsertParameters<Row>({ columns }: ImportTable<Row>, rows: readonly Row[]): unknown[][] {
  return columns.map(([, , key]) => rows.map((row) => row[key]));
}
