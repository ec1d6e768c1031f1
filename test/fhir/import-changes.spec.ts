import { componentRowId } from '../../src/fhir/identity.js';
import { createImportDatabase, type ImportDatabase } from './support/import-run.js';
import {
  ANA,
  bundleOf,
  component,
  createFolder,
  LUIS,
  numbered,
  observation,
  order,
  patient,
  report,
} from './support/resources.js';

const folder = createFolder();
let database: ImportDatabase;
let files = 0;

beforeEach(async () => {
  database = await createImportDatabase();
});
afterEach(() => database.close());
afterAll(() => folder.remove());

function importAll(...resources: { id: string }[]) {
  files += 1;
  return database.import(folder.write(`bundle-${files}.json`, bundleOf(...resources)));
}

const exams = () =>
  database.query<{ id: string; result: string }>('SELECT id, result FROM exam ORDER BY result');
const versionOf = async (tag: string) =>
  (await database.query<{ version: string }>('SELECT version FROM cache_tag WHERE tag = $1', [tag]))[0]
    ?.version;

describe('importing a resource that has changed', () => {
  it('updates its row, and only raises the version of its patient', async () => {
    await importAll(
      patient(ANA),
      patient(LUIS),
      observation(numbered(1), { valueString: 'a' }),
      order(numbered(2)),
    );
    const patients = await versionOf('patients');
    const { counts } = await importAll(
      patient(ANA),
      patient(LUIS),
      observation(numbered(1), { valueString: 'b' }),
      order(numbered(2), { status: 'stopped' }),
    );

    expect(counts).toEqual({
      patients: { created: 0, updated: 0, unchanged: 2, removed: 0 },
      exams: { created: 0, updated: 1, unchanged: 0, removed: 0 },
      medications: { created: 0, updated: 1, unchanged: 0, removed: 0 },
    });
    expect(await exams()).toEqual([{ id: numbered(1), result: 'b' }]);
    expect(await versionOf(`patient:${ANA}`)).toBe('2');
    expect(await versionOf(`patient:${LUIS}`)).toBe('1');
    expect(await versionOf('patients')).toBe(patients);
  });

  it.each([
    ['a text becomes none', { valueString: 'a' }, {}],
    ['none becomes a text', {}, { valueString: 'a' }],
  ])('%s', async (_name, before, after) => {
    await importAll(patient(ANA), observation(numbered(1), before));
    const { counts } = await importAll(patient(ANA), observation(numbered(1), after));

    expect(counts.exams).toMatchObject({ updated: 1 });
  });

  it('an exam that moves raises the versions of both patients', async () => {
    await importAll(patient(ANA), patient(LUIS), observation(numbered(1)));
    await importAll(observation(numbered(1), { subject: { reference: `Patient/${LUIS}` } }));

    expect(await versionOf(`patient:${ANA}`)).toBe('2');
    expect(await versionOf(`patient:${LUIS}`)).toBe('2');
  });

  it('components that an observation no longer has are removed, all of them', async () => {
    const id = numbered(1);
    const parts = [component('8480-6', 120), component('8462-4', 80), component('8478-0', 93)];
    await importAll(patient(ANA), observation(id, { component: parts }));
    const { counts } = await importAll(patient(ANA), observation(id, { component: parts.slice(0, 1) }));

    expect(await exams()).toEqual([{ id: componentRowId(id, 0), result: '120' }]);
    expect(counts.exams).toEqual({ created: 0, updated: 0, unchanged: 1, removed: 2 });
  });

  it('an observation that becomes components loses its own row, and the other way round', async () => {
    const id = numbered(1);
    const whole = observation(id, { valueString: 'whole' });
    const split = observation(id, { component: [component('8480-6', 120)] });
    await importAll(patient(ANA), whole);

    expect((await importAll(patient(ANA), split)).counts.exams).toMatchObject({ created: 1, removed: 1 });
    expect(await exams()).toEqual([{ id: componentRowId(id, 0), result: '120' }]);
    expect((await importAll(patient(ANA), whole)).counts.exams).toMatchObject({ created: 1, removed: 1 });
    expect(await exams()).toEqual([{ id, result: 'whole' }]);
  });

  it('what was withdrawn is removed, and raises the version', async () => {
    const withdrawn = { status: 'entered-in-error' };
    const parts = { component: [component('8480-6', 120), component('8462-4', 80)] };
    await importAll(
      patient(ANA),
      observation(numbered(1)),
      observation(numbered(2), parts),
      report(numbered(3)),
      order(numbered(4)),
    );
    const { counts } = await importAll(
      observation(numbered(1), withdrawn),
      observation(numbered(2), { ...parts, ...withdrawn }),
      report(numbered(3), withdrawn),
      order(numbered(4), withdrawn),
    );

    expect(counts.exams).toMatchObject({ removed: 4 });
    expect(counts.medications).toMatchObject({ removed: 1 });
    expect(await database.query('SELECT id FROM exam UNION ALL SELECT id FROM medication')).toEqual([]);
    expect(await versionOf(`patient:${ANA}`)).toBe('2');
  });
});

describe('importing a bundle without its patient', () => {
  it('works when the database has the patient', async () => {
    await importAll(patient(ANA));
    const { counts } = await importAll(observation(numbered(1)));

    expect(counts.exams).toMatchObject({ created: 1 });
  });

  it('skips what belongs to nobody, and keeps the rest', async () => {
    const nobody = { subject: { reference: `urn:uuid:${LUIS}` } };
    const { counts, skipped } = await importAll(
      patient(ANA),
      observation(numbered(1)),
      observation(numbered(2), nobody),
    );

    expect(counts.exams).toMatchObject({ created: 1 });
    expect(skipped.lines()).toEqual([
      {
        reason: 'its patient is neither in the bundle nor in the database',
        total: 1,
        types: [['Observation', 1]],
      },
    ]);
  });
});

it('ids that are no uuids lead to the same rows in every run, whatever the type', async () => {
  const resources = [
    patient('17'),
    observation('1', { subject: { reference: 'Patient/17' } }),
    report('1', { subject: { reference: 'Patient/17' } }),
  ];
  await importAll(...resources);
  const { counts } = await importAll(...resources);

  expect(counts.patients).toMatchObject({ created: 0, unchanged: 1 });
  expect(counts.exams).toMatchObject({ created: 0, unchanged: 2 });
});

it('a bundle of more rows than one statement takes is written whole', async () => {
  const resources = Array.from({ length: 2_500 }, (_, index) => observation(numbered(index)));
  const { counts } = await importAll(patient(ANA), ...resources);

  expect(counts.exams).toMatchObject({ created: 2_500 });
  expect(await versionOf(`patient:${ANA}`)).toBe('1');
});
