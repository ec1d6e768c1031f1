import type { PatientRecord } from '../../src/patients/dto/patient-record.dto.js';
import { DaxLocal } from '../../tools/dax-local/src/index.js';
import { Api } from '../support/api.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const ROUNDS = 10;
const LAG_MS = 2_000;

describe('patients with CACHE_STORE=dax, over three nodes that replicate late', () => {
  let table: TestTable;
  let dax: DaxLocal;
  let clinic: Clinic;
  let other: TestApp;
  let second: Api;
  const environment = (timeoutMs: number): Record<string, string> => ({
    CACHE_STORE: 'dax',
    CACHE_TABLE: table.name,
    CACHE_CONSISTENCY: 'strong',
    CACHE_L2_TIMEOUT_MS: String(timeoutMs),
    DAX_ENDPOINT: dax.endpoint,
    DYNAMODB_ENDPOINT: table.connection.endpoint ?? '',
  });
  const started = (timeoutMs: number): Promise<TestApp> => {
    const { databaseUrl, config } = clinic.app;
    return startTestApp(environment(timeoutMs), { databaseUrl, dataDir: config.dataDir });
  };

  beforeAll(async () => {
    table = await createTestTable();
    const dynamodbEndpoint = table.connection.endpoint ?? '';
    dax = await DaxLocal.start({ dynamodbEndpoint, nodes: 3, replicationLagMs: LAG_MS });
    clinic = await openClinic(environment(10_000));
    other = await started(10_000);
    second = await Api.signedIn(other.url, 'clinician');
  });
  afterAll(async () => {
    await other.close();
    await clinic.close();
    await dax.stop();
    await table.drop();
  });

  it('every read on every instance sees the last change, and what one stored, the other has from DAX', async () => {
    const path = `/api/patients/${await clinic.rows.patient()}`;
    const states: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const familyName = `Name ${round}`;
      const [writer, reader] = round % 2 === 0 ? [clinic.clinician, second] : [second, clinic.clinician];
      expect((await writer.patch(path, { familyName })).status).toBe(200);
      for (const api of [writer, reader, reader, writer]) {
        const { body, headers } = await api.get<PatientRecord>(path);
        states.push(headers.get('cache-status') ?? '');
        expect(body.familyName).toBe(familyName);
      }
    }

    expect(states.filter((state) => state.includes('detail=L2')).length).toBeGreaterThan(0);
    expect(dax.stats().reduce((sum, { items }) => sum + items.hits + items.misses, 0)).toBeGreaterThan(0);
  });
});
