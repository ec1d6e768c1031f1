import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { runService, startService } from '../support/service-process.js';
import { createTestDatabase } from '../support/test-database.js';
import { tokenFor } from '../support/tokens.js';
import { waitUntil } from '../support/wait-until.js';

type Database = Awaited<ReturnType<typeof createTestDatabase>>;

describe('the process of the service', () => {
  let database: Database;
  let dataDir: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'careline-process-'));
    environment = { DATABASE_URL: database.url, DATA_DIR: dataDir };
  });
  afterAll(async () => {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('SIGTERM while a request runs: the request is answered, then the process ends with 0', async () => {
    const service = await startService(environment);
    const token = await tokenFor(service, 'ana');
    const authorization = { authorization: `Bearer ${token}` };
    const list = await fetch(`${service.url}/api/patients?limit=1`, { headers: authorization });
    const { items } = (await list.json()) as { items: { id: string }[] };
    const id = items[0]?.id ?? '';

    const locker = new pg.Client(database.url);
    await locker.connect();
    await locker.query('BEGIN');
    await locker.query('SELECT 1 FROM patient WHERE id = $1 FOR UPDATE', [id]);
    const answer = fetch(`${service.url}/api/patients/${id}`, {
      method: 'PATCH',
      headers: { ...authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ phone: '+49 30 5550100' }),
    });
    await waitUntil('the request waits for the lock', async () => {
      const waiting = await locker.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return waiting.rowCount === 1;
    });

    service.child.kill('SIGTERM');
    await waitUntil('it stops listening', () =>
      fetch(`${service.url}/health/live`).then(
        () => false,
        () => true,
      ),
    );
    await locker.query('COMMIT');
    await locker.end();

    expect((await answer).status).toBe(200);
    expect(await service.exited).toBe(0);
  });

  it('SIGINT while idle connections are kept alive: it ends at once with 0', async () => {
    const service = await startService(environment);
    await fetch(`${service.url}/health/live`, { headers: { connection: 'keep-alive' } });

    service.child.kill('SIGINT');

    expect(await service.exited).toBe(0);
  });

  it('a wrong environment: code 1, every mistake by name, no value, no stack trace', async () => {
    const { code, output } = await runService({ PORT: 'sesame', CACHE_STORE: 'sesame', LOG_LEVEL: 'sesame' });

    expect(code).toBe(1);
    expect(output).toMatch(/PORT must.*\n.*CACHE_STORE must.*\n.*LOG_LEVEL must/);
    expect(output).not.toContain('sesame');
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('production without its settings: code 1, and what it refuses', async () => {
    const { code, output } = await runService({ NODE_ENV: 'production' });

    expect(code).toBe(1);
    expect(output).toContain('DATABASE_URL must be set in production');
    expect(output).toContain('AUTH_JWKS_URI must be set in production');
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('a port in use: code 1 and one clear line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;

    const { code, output } = await runService({ ...environment, PORT: String(port), LOG_LEVEL: 'silent' });
    other.close();

    expect(code).toBe(1);
    expect(output.trim()).toBe(
      'Careline cannot start: The address of HOST and PORT is in use by another program: stop it, or set another PORT.',
    );
  });

  it('a database that refuses connections: code 1, one clear line, no password', async () => {
    const url = 'postgresql://careline:hunter2hunter2@127.0.0.1:1/careline';

    const { code, output } = await runService({ ...environment, DATABASE_URL: url, LOG_LEVEL: 'silent' });

    expect(code).toBe(1);
    expect(output.trim()).toBe(
      'Careline cannot start: The database of DATABASE_URL refuses connections: is it running?',
    );
  });
});
