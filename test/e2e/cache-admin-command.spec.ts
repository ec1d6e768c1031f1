import { Readable } from 'node:stream';
import { cacheCommand } from '../../src/cli/cache.command.js';
import { readConfig } from '../../src/config/index.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { createTestTable, testConnection, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';

interface RunOptions {
  readonly typed?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly databaseUrl?: string;
}

describe('careline cache', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  afterAll(() => clinic.close());

  /** Runs the command as a process would, with `typed` on its standard input, and returns its lines. */
  async function run(args: readonly string[], options: RunOptions = {}): Promise<string[]> {
    const lines: string[] = [];
    const { port } = new URL(clinic.app.url);
    const context = {
      config: readConfig({ NODE_ENV: 'test', PORT: port, ...options.environment }),
      databaseUrl: () => Promise.resolve(options.databaseUrl ?? clinic.app.databaseUrl),
      dynamodbEndpoint: () => Promise.resolve(testConnection().endpoint),
      out: (line: string) => lines.push(line),
    };
    const command = cacheCommand(context, Readable.from(options.typed ?? []));
    for (const it of [command, ...command.commands])
      it.exitOverride().configureOutput({ writeErr: () => undefined });
    await command.parseAsync(args, { from: 'user' });
    return lines;
  }

  describe('flush', () => {
    it('without a tag: a running service reads no entry again', async () => {
      const path = `/api/patients/${await clinic.rows.patient()}`;
      const before = await clinic.rows.version('*');
      await clinic.clinician.get(path);

      expect(await run(['flush'])).toEqual(['Flushed everything.']);

      expect(await clinic.rows.version('*')).toBe(before + 1);
      // The service hears of it as of any program's change: soon.
      await waitUntil('the entry is not read', async () => {
        const { headers } = await clinic.clinician.get(path);
        return headers.get('cache-status') === 'careline; fwd=miss; stored';
      });
    });

    it('with a tag, in any spelling: raises that one', async () => {
      const id = await clinic.rows.patient();
      const before = [await clinic.rows.version('*'), await clinic.rows.version(`patient:${id}`)];

      expect(await run(['flush', `patient:${id.toUpperCase()}`])).toEqual([`Flushed patient:${id}.`]);

      const after = [await clinic.rows.version('*'), await clinic.rows.version(`patient:${id}`)];
      expect(after).toEqual([before[0], (before[1] ?? 0) + 1]);
    });

    it.each(['Patients', 'patient:1', ''])('refuses the tag "%s"', async (tag) => {
      await expect(run(['flush', tag])).rejects.toThrow('is no tag');
    });

    it('a database that is not there: the fault that has a known cure', async () => {
      const databaseUrl = 'postgresql://nobody@127.0.0.1:9/none';

      await expect(run(['flush'], { databaseUrl })).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
    });
  });

  describe('stats', () => {
    it('prints what happened, with a row for each route', async () => {
      const path = `/api/patients/${await clinic.rows.patient()}`;
      await clinic.clinician.get(path);
      await clinic.clinician.get(path);
      const lines = await run(['stats']);

      expect(lines[0]).toMatch(/^Since \d{4}-\d\d-\d\dT/);
      expect(lines).toContain('  inconsistencies  0');
      expect(lines).toContain('  shared tier      none');
      expect(lines.some((line) => line.startsWith('  version feed     live, '))).toBe(true);
      expect(lines.some((line) => /^PatientsController\.record +\d+ +\d+ +0 /.test(line))).toBe(true);
    });

    it('--json: prints the answer of the service', async () => {
      const [json = ''] = await run(['stats', '--json', '--url', `${clinic.app.url}/`]);

      expect(JSON.parse(json)).toMatchObject({ feed: { state: 'live' }, shared: { state: 'none' } });
    });

    it('takes a token, also from standard input', async () => {
      const token = clinic.admin.token ?? '';

      expect(await run(['stats', '--token', token])).not.toEqual([]);
      expect(await run(['stats', '--token', '-'], { typed: `${token}\n` })).not.toEqual([]);
    });

    it('who is no admin is refused, by the service', async () => {
      const token = clinic.clinician.token ?? '';

      await expect(run(['stats', '--token', token])).rejects.toThrow('The service refuses: AUTH_FORBIDDEN');
    });

    it('no service, or none of ours: says so', async () => {
      await expect(run(['stats'], { environment: { PORT: '9' } })).rejects.toThrow(
        'No service answers at http://127.0.0.1:9: start it, or say with --url where it is.',
      );
      await expect(run(['stats', '--url', 'nonsense'])).rejects.toThrow('--url is no address.');
    });
  });

  describe('explain', () => {
    it('prints key, tags and where the entry is', async () => {
      const id = await clinic.rows.patient();
      const before = await run(['explain', `/api/patients/${id}`]);
      await clinic.clinician.get(`/api/patients/${id}`);
      const after = await run(['explain', `/api/patients/${id}`]);

      expect(before).toContain('  L1       not there');
      expect(after[0]).toBe(`/api/patients/${id}`);
      expect(after[1]).toBe('  route    PatientsController.record, /api/patients/:id, shared, bounded');
      expect(after.some((line) => /^ {2}tag {6}patient:.*: \d+\.[0-9a-f]{12}$/.test(line))).toBe(true);
      expect(
        after.some((line) => /^ {2}L1 {7}[\d,]+ bytes, \d+ \w+ old, kept for another 2\d h$/.test(line)),
      ).toBe(true);
      expect(after.at(-1)).toBe('  L2       there is no shared tier');
    });

    it('a path that is not cached: says why', async () => {
      expect(await run(['explain', '/api/nothing'])).toEqual([
        '/api/nothing',
        '  Not answered from the cache: no route answers GET requests of this path.',
      ]);
    });

    it('what is no path is refused', async () => {
      await expect(run(['explain', 'patients'])).rejects.toThrow('The service refuses: REQUEST_INVALID');
    });
  });

  describe('tables', () => {
    let table: TestTable;
    beforeAll(async () => {
      table = await createTestTable();
    });
    afterAll(() => table.drop());
    const environment = () => ({ CACHE_TABLE: table.name });
    const production = () => ({
      ...environment(),
      NODE_ENV: 'production',
      DATABASE_URL: 'postgresql://u@h/d',
      AUTH_ISSUER: 'urn:issuer',
      AUTH_AUDIENCE: 'careline',
      AUTH_JWKS_URI: 'https://issuer.example/keys',
    });

    it('drop-table asks for the name, and drops nothing for another one', async () => {
      await expect(run(['drop-table'], { environment: environment(), typed: 'cache\n' })).rejects.toThrow(
        'That is not its name: nothing was changed.',
      );
      await expect(run(['drop-table'], { environment: environment() })).rejects.toThrow(
        'nothing was changed',
      );

      expect(await run(['create-table'], { environment: environment() })).toEqual([
        `The table "${table.name}" was there already.`,
      ]);
    });

    it('drop-table and create-table do so, and say when there is nothing to do', async () => {
      const typed = `${table.name}\n`;
      const asked = `This drops the table "${table.name}". Requests go on without it. Type its name to go on:`;

      expect(await run(['drop-table'], { environment: environment(), typed })).toEqual([
        asked,
        `Dropped the table "${table.name}".`,
      ]);
      expect((await run(['drop-table'], { environment: environment(), typed })).at(-1)).toBe(
        `There was no table "${table.name}".`,
      );
      expect(await run(['create-table'], { environment: environment() })).toEqual([
        `Made the table "${table.name}".`,
      ]);
    });

    it('drop-table is refused in production without --yes-really, and asks with it', async () => {
      const typed = `${table.name}\n`;

      await expect(run(['drop-table'], { environment: production(), typed })).rejects.toThrow(
        '"careline cache drop-table" is refused in production without --yes-really.',
      );
      await expect(
        run(['drop-table', '--yes-really'], { environment: production(), typed: 'yes\n' }),
      ).rejects.toThrow('nothing was changed');
      expect((await run(['drop-table', '--yes-really'], { environment: production(), typed })).at(-1)).toBe(
        `Dropped the table "${table.name}".`,
      );
    });
  });
});
