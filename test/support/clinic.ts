import { Api } from './api.js';
import { ClinicalRows } from './clinical-rows.js';
import { startTestApp, type TestApp } from './test-app.js';

/** A service with a user of each role, and clients signed in as them. */
export interface Clinic {
  readonly app: TestApp;
  readonly rows: ClinicalRows;
  readonly clinician: Api;
  readonly admin: Api;
  readonly patient: Api;
  /** The record of the user `patient`. */
  readonly patientId: string;
  close(): Promise<void>;
}

/** @param environment variables that the service gets besides */
export async function openClinic(environment: Record<string, string> = {}): Promise<Clinic> {
  const app = await startTestApp(environment);
  const rows = await ClinicalRows.connect(app.databaseUrl);
  const patientId = await rows.patient('Own', 'Record');
  await rows.users(patientId);
  return {
    app,
    rows,
    clinician: await Api.signedIn(app.url, 'clinician'),
    admin: await Api.signedIn(app.url, 'admin'),
    patient: await Api.signedIn(app.url, 'patient'),
    patientId,
    close: async () => {
      await rows.close();
      await app.close();
    },
  };
}
