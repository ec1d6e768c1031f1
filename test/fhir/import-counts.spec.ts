import { BUNDLE_FOLDERS, bundlesIn } from './support/bundle-folder.js';
import { countBundle, type Expected } from './support/count-bundle.js';
import { createImportDatabase, type ImportDatabase } from './support/import-run.js';

const COUNTS = `
  SELECT json_build_array(family_name, given_name)::jsonb AS name,
         (SELECT count(*)::int FROM exam WHERE patient_id = patient.id) AS exams,
         (SELECT count(*)::int FROM medication WHERE patient_id = patient.id) AS medications
  FROM patient`;

describe.each(BUNDLE_FOLDERS)('import of %s', (folder) => {
  let database: ImportDatabase;
  beforeAll(async () => {
    database = await createImportDatabase();
  });
  afterAll(() => database.close());

  const expected: Expected = new Map(bundlesIn(folder).flatMap((path) => [...countBundle(path)]));
  const total = (key: 'exams' | 'medications') =>
    [...expected.values()].reduce((sum, counts) => sum + counts[key], 0);

  it('every patient has the exams and medications that its bundle holds', async () => {
    const { counts, imported, failures, stopped } = await database.import(folder);

    expect({ imported, failures, stopped }).toEqual({
      imported: bundlesIn(folder).length,
      failures: [],
      stopped: undefined,
    });
    const rows = await database.query<{ name: string[]; exams: number; medications: number }>(COUNTS);
    const found = new Map(
      rows.map(({ name, exams, medications }) => [JSON.stringify(name), { exams, medications }]),
    );
    expect(found).toEqual(expected);
    expect(expected.size).toBeGreaterThan(0);
    expect(total('exams')).toBeGreaterThan(0);
    expect(total('medications')).toBeGreaterThan(0);
    expect(counts).toEqual({
      patients: { created: expected.size, updated: 0, unchanged: 0, removed: 0 },
      exams: { created: total('exams'), updated: 0, unchanged: 0, removed: 0 },
      medications: { created: total('medications'), updated: 0, unchanged: 0, removed: 0 },
    });
  });

  it('every bundle raises the versions of its patients once', async () => {
    const versions = await database.query(
      "SELECT DISTINCT version FROM cache_tag WHERE tag LIKE 'patient:%' AND version <> 1",
    );

    expect(versions).toEqual([]);
  });

  it('a second import touches no row and raises no version', async () => {
    const before = await database.snapshot();
    const { counts } = await database.import(folder);

    expect(await database.snapshot()).toEqual(before);
    expect(counts).toEqual({
      patients: { created: 0, updated: 0, unchanged: expected.size, removed: 0 },
      exams: { created: 0, updated: 0, unchanged: total('exams'), removed: 0 },
      medications: { created: 0, updated: 0, unchanged: total('medications'), removed: 0 },
    });
  });
});
