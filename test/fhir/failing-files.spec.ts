import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createImportDatabase, type ImportDatabase } from './support/import-run.js';
import {
  ANA,
  bundleOf,
  createFolder,
  LUIS,
  numbered,
  observation,
  patient,
  type Folder,
} from './support/resources.js';

const SECRET = 'Zwicky';

let database: ImportDatabase;
let folder: Folder;
beforeEach(async () => {
  database = await createImportDatabase();
  folder = createFolder();
});
afterEach(async () => {
  folder.remove();
  await database.close();
});

const whole = () => bundleOf(patient(ANA), observation(numbered(1)));
const secretBundle = bundleOf(
  patient(LUIS, { name: [{ family: SECRET }] }),
  observation(numbered(2), { valueString: SECRET, subject: { reference: `Patient/${LUIS}` } }),
);

describe('an import with files that cannot be imported', () => {
  it('names each with its reason, imports the others, and takes nothing from the broken ones', async () => {
    const packed = gzipSync(secretBundle);
    const badSum = Buffer.from(packed);
    badSum.writeUInt8(badSum.readUInt8(badSum.length - 8) ^ 1, badSum.length - 8);
    folder.write('a-first.json', whole());
    folder.write('b-truncated.json', secretBundle.slice(0, -1));
    folder.write('c-truncated.json.gz', packed.subarray(0, -8));
    folder.write('d-checksum.json.gz', badSum);
    folder.write('e-xml.json', `<Patient><family>${SECRET}</family></Patient>`);
    folder.write('f-lines.json', `{"resourceType":"Patient","id":"${SECRET}"}\n{}`);
    folder.write('g-foreign.json', `{"name":"${SECRET}"}`);
    folder.write('h-empty.json', '');
    symlinkSync('nowhere', join(folder.path, 'i-lost.json'));
    folder.write('z/last.json', bundleOf(observation(numbered(3))));

    const { imported, failures, counts, stopped } = await database.import(folder.path);

    expect(stopped).toBeUndefined();
    expect(imported).toBe(2);
    expect(counts.exams.created).toBe(2);
    expect(await database.query('SELECT id FROM patient')).toEqual([{ id: ANA }]);
    expect(failures.map(({ path, reason }) => `${path.slice(folder.path.length + 1)}: ${reason}`)).toEqual([
      'b-truncated.json: the JSON is truncated',
      'c-truncated.json.gz: the gzip data is truncated',
      'd-checksum.json.gz: the gzip data is corrupt',
      'e-xml.json: XML or HTML, not JSON',
      'f-lines.json: several JSON values in one file (NDJSON?)',
      'g-foreign.json: JSON, but not FHIR: it has no resourceType',
      'h-empty.json: the file is empty',
      'i-lost.json: there is no such file',
    ]);
  });

  it('a bundle that the database refuses is rolled back whole, and named without its values', async () => {
    await database.query("ALTER TABLE exam ADD CONSTRAINT no_secret CHECK (result <> 'Zwicky')");
    folder.write('a.json', secretBundle);
    folder.write('b.json', whole());

    const { failures, counts } = await database.import(folder.path);

    expect(failures).toEqual([
      { path: join(folder.path, 'a.json'), reason: 'the database refused it (23514)' },
    ]);
    expect(counts.patients.created).toBe(1);
    expect(await database.query('SELECT id FROM patient')).toEqual([{ id: ANA }]);
  });

  it('a file that is given twice is imported twice, which changes nothing', async () => {
    const file = folder.write('a.json', whole());

    const { imported, counts } = await database.import(file, file);

    expect(imported).toBe(2);
    expect(counts.exams).toEqual({ created: 1, updated: 0, unchanged: 1, removed: 0 });
  });
});
