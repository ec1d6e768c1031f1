import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { AUDIENCE, IdentityProvider, ISSUER } from '../support/identity-provider.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { EVENT_STREAMS } from '../../src/lambda/event-streams.js';
import { httpEvent } from './support/http-event.js';
import { LambdaBundles, type LambdaFunction } from './support/lambda-function.js';

type Answer = APIGatewayProxyStructuredResultV2;
interface Document {
  readonly paths: Record<string, Record<string, { responses?: Record<string, { content?: object }> }>>;
}

describe('the service as a Lambda function', () => {
  let identity: IdentityProvider;
  let database: TestDatabase;
  let rows: ClinicalRows;
  let table: TestTable;
  let bundles: LambdaBundles;
  let lambda: LambdaFunction;
  let token = '';
  let patientId = '';
  let environment: Record<string, string>;

  beforeAll(async () => {
    [identity, database, table, bundles] = await Promise.all([
      IdentityProvider.start(),
      createTestDatabase(),
      createTestTable(),
      LambdaBundles.make(),
    ]);
    rows = await ClinicalRows.connect(database.url);
    patientId = await rows.patient('Ada', 'Berg');
    token = await identity.token('7b1d0a52-4f3e-4f5c-9a51-0f6b9a5f7f11', ['clinician']);
    environment = {
      NODE_ENV: 'test',
      DATABASE_URL: database.url,
      DYNAMODB_ENDPOINT: String(table.connection.endpoint),
      CACHE_STORE: 'dynamo',
      CACHE_TABLE: table.name,
      CACHE_L2_TIMEOUT_MS: '5000',
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URI: identity.jwksUri,
    };
    lambda = await bundles.start('http', environment);
  }, 60_000);

  afterAll(async () => {
    await lambda.kill();
    await rows.close();
    await Promise.all([identity.stop(), database.drop(), table.drop(), bundles.remove()]);
  });

  const get = (target: string, by = lambda): Promise<Answer> => by.invoke(httpEvent(target, { token }));
  const statusOf = ({ headers }: Answer): unknown => headers?.['cache-status'];
  const nameOf = ({ body = '' }: Answer): unknown => (JSON.parse(body) as { familyName: string }).familyName;

  it('answers from the cache, and never with what a change has made old: it needs no feed', async () => {
    const first = await get(`/api/patients/${patientId}`);
    expect([first.statusCode, nameOf(first)]).toEqual([200, 'Ada']);
    expect(statusOf(first)).toMatch(/fwd=miss; stored/);
    expect(statusOf(await get(`/api/patients/${patientId}`))).toMatch(/hit.*detail=L1/);

    await rows.query(`UPDATE patient SET family_name = 'Holm' WHERE id = $1`, [patientId]);
    const changed = await get(`/api/patients/${patientId}`);
    expect([nameOf(changed), statusOf(changed)]).toEqual(['Holm', expect.stringContaining('fwd=miss')]);
  });

  it('what it stores is in L2 when it has answered: another environment finds it there', async () => {
    const id = await rows.patient('Nils', 'Dahl');
    await get(`/api/patients/${id}`);
    await lambda.kill();
    const next = await bundles.start('http', environment);
    lambda = next;
    expect(statusOf(await get(`/api/patients/${id}`))).toMatch(/hit.*detail=L2/);
  });

  it('takes bodies in base64, parameters with commas, and refuses whom it does not know', async () => {
    const body = JSON.stringify({
      familyName: 'Åberg, née Öst',
      givenName: 'Eva',
      birthDate: '1980-02-29',
      gender: 'female',
    });
    const created = await lambda.invoke<Answer>(httpEvent('/api/patients', { method: 'POST', token, body }));
    expect(created.statusCode).toBe(201);
    const found = await get(`/api/patients?name=${encodeURIComponent('Åberg, née')}`);
    expect(JSON.parse(found.body ?? '')).toMatchObject({ items: [{ givenName: 'Eva' }] });

    const refused = await lambda.invoke<Answer>(httpEvent('/api/patients'));
    expect([refused.statusCode, JSON.parse(refused.body ?? '')]).toEqual([
      401,
      expect.objectContaining({ code: 'AUTH_TOKEN_MISSING' }),
    ]);
  });

  it('refuses the streams of events, each of them, at once', async () => {
    const document = JSON.parse((await get('/docs-json')).body ?? '') as Document;
    const streams = Object.entries(document.paths).flatMap(([path, { get: operation }]) =>
      'text/event-stream' in (operation?.responses?.['200']?.content ?? {}) ? [path] : [],
    );
    expect(streams.sort()).toEqual([...EVENT_STREAMS].sort());
    for (const path of streams) expect((await get(path)).statusCode).toBe(501);
  });

  it('what it has to say is written when it has answered: lines of the log, and metrics at most once a minute', async () => {
    const spoken = await bundles.start('http', { ...environment, METRICS_EMF: 'Careline/test' });
    await get(`/api/patients/${patientId}`, spoken);
    await get(`/api/patients/${patientId}`, spoken);
    await spoken.kill();

    const lines = spoken
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ _aws }) => _aws !== undefined)).toEqual([
      expect.objectContaining({ Requests: 1 }),
    ]);
    expect(lines.filter(({ route }) => route === '/api/patients/:id')).toHaveLength(2);
  });

  it('without a database it does not start, and says why', async () => {
    const without = { ...environment, DATABASE_URL: '' };
    await expect(bundles.start('http', without)).rejects.toThrow('DATABASE_URL must be set');
  });
});
