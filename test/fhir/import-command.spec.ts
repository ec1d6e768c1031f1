import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { waitUntil } from '../support/wait-until.js';
import { createImportDatabase, type ImportDatabase } from './support/import-run.js';
import {
  ANA,
  bundleOf,
  createFolder,
  LUIS,
  observation,
  numbered,
  patient,
  type Folder,
} from './support/resources.js';

const DEADLINE_MS = 20_000;

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

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** The built command as a process of its own. */
function careline(args: string[], databaseUrl = database.url) {
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/cli/main.js', ...args], {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'test', DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
  const finished = once(child, 'close').then(([code]): Run => ({ ...output, code: code as number | null }));
  return { child, output, finished };
}

describe('careline fhir import', () => {
  it('prints a line for each file and the table, and ends with 0', async () => {
    const { stdout, stderr, code } = await careline(['fhir', 'import', 'test/samples']).finished;

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'Importing 3 files',
      `imported ${join('test', 'samples', 'josefa.json')}: 1 patient, 7 exams, 3 medications`,
      `imported ${join('test', 'samples', 'more', 'clinic.json.gz')}: 2 patients, 3 exams, 1 medication`,
      `imported ${join('test', 'samples', 'practitioners.json')}: 0 patients, 0 exams, 0 medications`,
      '',
      '             new  changed  unchanged  removed',
      'patients       3        0          0        0',
      'exams         10        0          0        0',
      'medications    4        0          0        0',
      '',
      'Files: 3 imported, 0 failed',
      '',
      'Skipped: 4',
      '  3  not part of the record',
      '       Encounter 1, Immunization 1, Practitioner 1',
      '  1  Observation: entered-in-error',
      '',
      'Imported with a remark: 8',
      '  5  a date without day or month became its first day',
      '       Observation 2, Patient 2, MedicationRequest 1',
      '  2  a concept in words only: its code is "un-encoded"',
      '       MedicationRequest 1, Observation 1',
      '  1  Patient: a patient with one name only: the other is "-"',
      '',
    ]);
  });

  it('names the files that failed, with nothing of what is in them, and ends with 1', async () => {
    const secret = bundleOf(patient(LUIS, { name: [{ family: 'Zwicky' }] }));
    const broken = folder.write('broken.json', secret.slice(0, -2));
    const whole = folder.write('whole.json', bundleOf(patient(ANA), observation(numbered(1))));

    const { stdout, stderr, code } = await careline(['fhir', 'import', broken, whole]).finished;

    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(stdout).toContain(`failed   ${broken}: the JSON is truncated\n`);
    expect(stdout).toContain(`imported ${whole}: 1 patient, 1 exam, 0 medications\n`);
    expect(stdout).toContain('Files: 1 imported, 1 failed\n');
    expect(stdout).not.toContain('Zwicky');
  });

  it('without a database says so in one line, and ends with 1', async () => {
    const { stdout, stderr, code } = await careline(
      ['fhir', 'import', 'test/samples'],
      'postgresql://someone:Hunter2@127.0.0.1:1/x',
    ).finished;

    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr: 'Import stopped: the database cannot be reached (ECONNREFUSED).\n',
      code: 1,
    });
  });

  it('on SIGINT finishes the file in hand, sums up, and ends with 130', async () => {
    const paths = [1, 2, 3].map((number) =>
      folder.write(`${number}.json`, bundleOf(patient(numbered(number)))),
    );
    await database.query('BEGIN');
    await database.query('LOCK TABLE patient IN EXCLUSIVE MODE');
    const { child, output, finished } = careline(['fhir', 'import', ...paths]);
    await waitUntil('the import waits for the table', async () => {
      await database.query('SELECT pg_stat_clear_snapshot()');
      const waiting = await database.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return waiting.length === 1;
    });
    child.kill('SIGINT');
    await waitUntil('the signal is answered', () => output.stderr !== '');
    await database.query('COMMIT');

    const { stdout, stderr, code } = await finished;
    expect(stderr).toBe('Stopping after the file in hand.\n');
    expect(stdout).toContain('Files: 1 imported, 0 failed; stopped before the end: interrupted\n');
    expect(code).toBe(130);
    expect(await database.query('SELECT id FROM patient')).toEqual([{ id: numbered(1) }]);
  });

  it('asks for a path', async () => {
    const { stderr, code } = await careline(['fhir', 'import']).finished;

    expect(stderr).toContain("missing required argument 'path'");
    expect(code).toBe(1);
  });
});
