import { BundleRepository } from '../../src/fhir/bundle.repository.js';
import { importBundles } from '../../src/fhir/import-bundles.js';
import type { BundleRows } from '../../src/fhir/rows.js';
import { createEmptyDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { createImportDatabase, SILENT, type ImportDatabase } from './support/import-run.js';
import { ANA, bundleOf, createFolder, LUIS, numbered, observation, patient } from './support/resources.js';

const folder = createFolder();
afterAll(() => folder.remove());

let database: ImportDatabase;
let repository: BundleRepository;
beforeEach(async () => {
  database = await createImportDatabase();
  repository = new BundleRepository(database.url);
});
afterEach(async () => {
  await repository.close();
  await database.close();
});

const ROWS: BundleRows = {
  patients: [ANA, LUIS].map((id) => ({
    id,
    givenName: 'Ana',
    familyName: 'Ruiz',
    birthDate: '1950-06-30',
    deathDate: null,
    gender: 'female',
    phone: null,
    email: null,
    address: null,
  })),
  exams: [],
  medications: [],
  observations: [],
  withdrawnReports: [],
  withdrawnMedications: [],
};

const EXAM = {
  id: numbered(1),
  patientId: ANA,
  code: '1',
  codeSystem: 's',
  name: 'n',
  result: null,
  unit: null,
  date: '2011-01-01T00:00:00.000Z',
};

const changed = (givenName: string) => ({
  rows: { ...ROWS, patients: ROWS.patients.map((row) => ({ ...row, givenName })) },
});
const IMPORTER =
  "SELECT pid FROM pg_stat_activity WHERE application_name = 'careline-import' AND datname = current_database()";

/** Resolves when the import waits for a lock of the test's own transaction, in which statistics stand still. */
const importerToWait = () =>
  waitUntil('the import waits for a lock', async () => {
    await database.query('SELECT pg_stat_clear_snapshot()');
    return (await database.query(`${IMPORTER} AND wait_event_type = 'Lock'`)).length === 1;
  });

describe('BundleRepository', () => {
  it('a connection that is lost in a transaction is made again, and the bundle is written once', async () => {
    let runs = 0;
    await database.query('BEGIN');
    await database.query('LOCK TABLE patient IN EXCLUSIVE MODE');
    const written = repository.write([], () => {
      runs += 1;
      return { rows: ROWS };
    });
    await importerToWait();
    await database.query(`SELECT pg_terminate_backend(pid) FROM (${IMPORTER}) AS importer`);
    await database.query('COMMIT');

    expect((await written).counts.patients).toMatchObject({ created: 2 });
    expect(runs).toBe(2);
  });

  it('a connection that is lost between two bundles is made again', async () => {
    await repository.write([], () => ({ rows: ROWS }));
    await database.query(`SELECT pg_terminate_backend(pid) FROM (${IMPORTER}) AS importer`);

    expect((await repository.write([], () => changed('Eva'))).counts.patients).toMatchObject({ updated: 2 });
  });

  it('a deadlock with another writer is tried again', async () => {
    await repository.write([], () => ({ rows: ROWS }));
    // Without this the other one could be the victim.
    await database.query("SET deadlock_timeout = '1min'");
    await database.query('BEGIN');
    const [first, last] = [ANA, LUIS].sort();
    await database.query("UPDATE patient SET given_name = 'Other' WHERE id = $1", [last]);
    let runs = 0;
    const written = repository.write([], () => {
      runs += 1;
      return changed('Eva');
    });
    await importerToWait();
    await database.query("UPDATE patient SET given_name = 'Other' WHERE id = $1", [first]);
    await database.query('COMMIT');

    expect((await written).counts.patients).toMatchObject({ updated: 2 });
    expect(runs).toBeGreaterThan(1);
    expect(await database.query('SELECT DISTINCT given_name FROM patient')).toEqual([{ given_name: 'Eva' }]);
  });

  it('a patient that the bundle relies on cannot vanish before the commit', async () => {
    await repository.write([], () => ({ rows: ROWS }));
    await database.query('BEGIN');
    await database.query('LOCK TABLE exam IN EXCLUSIVE MODE');
    const written = repository.write([ANA], () => ({ rows: { ...ROWS, patients: [], exams: [EXAM] } }));
    await importerToWait();

    const free = await database.query('SELECT id FROM patient FOR UPDATE SKIP LOCKED');
    await database.query('COMMIT');
    expect(free).toEqual([{ id: LUIS }]);
    expect((await written).counts.exams).toMatchObject({ created: 1 });
  });
});

describe('an import', () => {
  it('of the same bundles by several at once writes every row once', async () => {
    const resources = Array.from({ length: 300 }, (_, index) => observation(numbered(index)));
    const file = folder.write('same.json', bundleOf(patient(ANA), ...resources));

    const reports = await Promise.all([1, 2, 3, 4].map(() => database.import(file)));

    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
    expect(reports.reduce((sum, { counts }) => sum + counts.exams.created, 0)).toBe(300);
    expect(await database.query("SELECT version FROM cache_tag WHERE tag = 'patient:' || $1", [ANA])).toEqual(
      [{ version: '1' }],
    );
  });

  it.each([
    ['nobody listens', undefined, 'the database cannot be reached (ECONNREFUSED)'],
    [
      'there are no tables',
      createEmptyDatabase,
      'the database has no tables of Careline yet: run "careline db migrate"',
    ],
  ])('stops before the first file when %s', async (_name, create, reason) => {
    const file = folder.write('one.json', bundleOf(patient(ANA)));
    const other = await create?.();
    const broken = new BundleRepository(other?.url ?? 'postgresql://a:b@127.0.0.1:1/x');

    const report = await importBundles([file], { repository: broken, progress: SILENT });

    expect(report.stopped).toEqual({ cause: 'database', reason });
    expect(report.failures).toEqual([]);
    await broken.close();
    await other?.drop();
  });

  it('stops where the database fails for good, and says what is done', async () => {
    await database.query(`
      CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE 'no space left' USING ERRCODE = 'disk_full'; END $$`);
    await database.query(`
      CREATE TRIGGER full_disk BEFORE INSERT ON patient FOR EACH ROW WHEN (NEW.id = '${LUIS}')
      EXECUTE FUNCTION full_disk()`);
    const paths = [ANA, LUIS, numbered(1)].map((id, index) =>
      folder.write(`full-${index}.json`, bundleOf(patient(id))),
    );

    const report = await importBundles(paths, { repository, progress: SILENT });

    expect(report.imported).toBe(1);
    expect(report.stopped).toEqual({ cause: 'database', reason: 'the disk of the database is full' });
  });

  it('that is interrupted ends after the file in hand', async () => {
    const paths = [1, 2, 3].map((number) =>
      folder.write(`stop-${number}.json`, bundleOf(patient(numbered(number)))),
    );
    const interruption = new AbortController();
    const progress = { ...SILENT, imported: () => interruption.abort() };

    const report = await importBundles(paths, { repository, progress, signal: interruption.signal });

    expect(report.imported).toBe(1);
    expect(report.stopped).toEqual({ cause: 'interrupted' });
    expect(await database.query('SELECT id FROM patient')).toEqual([{ id: numbered(1) }]);
  });
});
