import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** Inserts a patient and returns its id. */
export async function insertPatient(client: pg.Client, id: string = randomUUID()): Promise<string> {
  await client.query(
    `INSERT INTO patient (id, given_name, family_name, birth_date, gender)
     VALUES ($1, 'Zoë', 'Ærø', '1980-02-29', 'female')`,
    [id],
  );
  return id;
}

/** Inserts an exam of `patientId` and returns its id. */
export async function insertExam(client: pg.Client, patientId: string): Promise<string> {
  const id = randomUUID();
  await client.query(
    `INSERT INTO exam (id, patient_id, code, code_system, name, result, date)
     VALUES ($1, $2, '8867-4', 'http://loinc.org', 'Heart rate', '72', '2024-05-06T07:08:09Z')`,
    [id, patientId],
  );
  return id;
}

/** Inserts a medication of `patientId` and returns its id. */
export async function insertMedication(client: pg.Client, patientId: string): Promise<string> {
  const id = randomUUID();
  await client.query(
    `INSERT INTO medication (id, patient_id, code, code_system, name, status, date)
     VALUES ($1, $2, '314076', 'urn:rxnorm', 'lisinopril 10 MG', 'active', '2024-05-06T07:08:09Z')`,
    [id, patientId],
  );
  return id;
}

/** Inserts a user, linked to `patientId` where given, and returns their id. */
export async function insertUser(client: pg.Client, patientId: string | null = null): Promise<string> {
  const id = randomUUID();
  await client.query(
    `INSERT INTO app_user (id, handle, display_name, role, patient_id) VALUES ($1, $2, 'Somebody', 'patient', $3)`,
    [id, `user-${id}`, patientId],
  );
  return id;
}

/** Inserts `count` patients in one statement and returns their ids. */
export async function insertPatients(client: pg.Client, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await client.query(
    `INSERT INTO patient (id, given_name, family_name, birth_date, gender)
     SELECT id, 'Zoë', 'Ærø', '1980-02-29', 'female' FROM unnest($1::uuid[]) AS given (id)`,
    [ids],
  );
  return ids;
}

/** Inserts one exam for each of `patientIds`, in one statement. */
export async function insertExams(client: pg.Client, patientIds: readonly string[]): Promise<void> {
  await client.query(
    `INSERT INTO exam (id, patient_id, code, code_system, name, date)
     SELECT gen_random_uuid(), id, '8867-4', 'http://loinc.org', 'Heart rate', now()
       FROM unnest($1::uuid[]) AS given (id)`,
    [patientIds],
  );
}
