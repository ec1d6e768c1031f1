import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';

const root = resolve('.');
const OWN_PART = '-- Collectors, one a table, or kind of table.';
const BOOK = 'c2b5a1de-6f6c-4a5b-9a51-0f6b9a5f7f11';
/** What the project of the sample depends on, besides `careline`. */
const PACKAGES = ['@nestjs', '@types', 'pg', 'reflect-metadata', 'rxjs'];

/** The sample as a project of its own, that knows Careline only as an installed package. */
async function installSample(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'careline-library-'));
  await cp('test/library/sample', folder, { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  const links = [['careline', root], ...PACKAGES.map((name) => [name, join(root, 'node_modules', name)])];
  await Promise.all(links.map(([name, at]) => symlink(at!, join(folder, 'node_modules', name!))));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'books', type: 'module' }));
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        strict: true,
        skipLibCheck: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        types: ['node'],
        outDir: 'dist',
        rootDir: '.',
      },
      include: ['service.ts'],
    }),
  );
  return folder;
}

/** The schema of a database that has nothing of Careline's but the version authority. */
async function createSchema(client: pg.Client): Promise<void> {
  const migrations = await readdir('prisma/migrations');
  const versions = migrations.find((name) => name.endsWith('_cache_versions')) ?? '';
  const sql = await readFile(join('prisma/migrations', versions, 'migration.sql'), 'utf8');
  const [general = '', own] = sql.split(OWN_PART);
  expect(own).toBeDefined();
  await client.query(general);
  await client.query(await readFile('test/library/sample/schema.sql', 'utf8'));
}

describe('careline/cache in another project', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let folder: string;
  let service: ChildProcess | undefined;
  let url = '';

  beforeAll(async () => {
    database = await createEmptyDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await createSchema(client);
    folder = await installSample();
    await promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    ]);
    service = spawn(process.execPath, [join(folder, 'dist/service.js')], {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(service.stdout!, 'data')) as [Buffer];
    url = `${line.toString().trim()}/books/${BOOK}`;
  }, 60_000);

  afterAll(async () => {
    if (service !== undefined && service.exitCode === null) {
      service.kill('SIGTERM');
      await once(service, 'exit');
    }
    await client.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const read = async (): Promise<[string | null, unknown]> => {
    const response = await fetch(url);
    const title = response.ok ? ((await response.json()) as { title: string }).title : response.status;
    return [response.headers.get('cache-status')?.replace(/; ttl=\d+/u, '') ?? null, title];
  };
  const hit = 'careline; hit; detail=L1';

  it('compiles, and answers from the cache until a write of its own, or of anybody, says otherwise', async () => {
    expect((await read())[1]).toBe(404);
    const saved = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'First' }),
    });
    expect(saved.status).toBe(200);

    expect(await read()).toEqual([expect.stringContaining('fwd=miss'), 'First']);
    expect(await read()).toEqual([hit, 'First']);

    await client.query(`UPDATE book SET title = 'Second'`);
    await waitUntil('the change is seen', async () => (await read())[1] === 'Second');
    expect(await read()).toEqual([hit, 'Second']);
  });
});
