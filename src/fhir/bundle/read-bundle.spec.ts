import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FILE_LIMITS } from '../limits.js';
import { FileFailure } from './file-failure.js';
import { readBundle, UnreadEntry } from './read-bundle.js';

const folder = mkdtempSync(join(tmpdir(), 'careline-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bundle = (entry: unknown[], type = 'transaction') =>
  JSON.stringify({ resourceType: 'Bundle', type, entry });
const ENTRIES = [{ fullUrl: 'a' }, { fullUrl: 'Ångström' }];
const GZIP = gzipSync(bundle(ENTRIES));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function entriesOf(
  path: string,
  limits = FILE_LIMITS as Parameters<typeof readBundle>[2],
): Promise<unknown[]> {
  const entries: unknown[] = [];
  await readBundle(path, (entry) => entries.push(entry), limits);
  return entries;
}

async function failureOf(
  path: string,
  limits = FILE_LIMITS as Parameters<typeof readBundle>[2],
): Promise<string> {
  try {
    await entriesOf(path, limits);
  } catch (error) {
    if (error instanceof FileFailure) return error.reason;
    throw error;
  }
  return 'was read';
}

describe('readBundle', () => {
  it('reads JSON and gzip, and tells them apart by content', async () => {
    expect(await entriesOf(file('plain.json', bundle(ENTRIES)))).toEqual(ENTRIES);
    expect(await entriesOf(file('packed.json.gz', GZIP))).toEqual(ENTRIES);
    expect(await entriesOf(file('packed-all-the-same.json', GZIP))).toEqual(ENTRIES);
  });

  it.each(['transaction', 'batch', 'collection'])(
    'a bundle of type %s, even where the type comes last',
    async (type) => {
      const json = `\ufeff{"entry":${JSON.stringify(ENTRIES)},"type":"${type}","resourceType":"Bundle"}\n`;
      expect(await entriesOf(file('type.json', json))).toEqual(ENTRIES);
    },
  );

  it('a bundle without entries is a bundle', async () => {
    expect(await entriesOf(file('none.json', '{"resourceType":"Bundle","type":"batch"}'))).toEqual([]);
  });

  it.each([
    ['empty.json', '', 'the file is empty'],
    ['blank.json', ' \n ', 'the file is empty'],
    ['empty.json.gz', '', 'the file is empty'],
    ['packed-nothing.json.gz', gzipSync(''), 'the file is empty'],
    ['not-packed.json.gz', bundle([]), 'not gzip data'],
    ['truncated.json', bundle(ENTRIES).slice(0, -9), 'the JSON is truncated'],
    ['truncated.json.gz', GZIP.subarray(0, -12), 'the gzip data is truncated'],
    ['header-only.json.gz', GZIP.subarray(0, 2), 'the gzip data is truncated'],
    ['checksum.json.gz', corrupted(GZIP, -8), 'the gzip data is corrupt'],
    ['corrupt.json.gz', corrupted(GZIP, 20), 'the gzip data is corrupt'],
    ['malformed.json', '{"resourceType":"Bundle","entry":[{"a":01}]}', 'the JSON is malformed'],
    ['patient.xml.json', '\n<Bundle xmlns="http://hl7.org/fhir"/>', 'XML or HTML, not JSON'],
    [
      'bulk.ndjson',
      '{"resourceType":"Patient"}\n{"resourceType":"Patient"}\n',
      'several JSON values in one file (NDJSON?)',
    ],
    ['list.json', bundle([]).replace(/.*/, '[$&]'), 'a JSON list, not a FHIR bundle'],
    ['text.json', 'Dear colleague', 'not a JSON object'],
    ['package.json', '{"name":"x"}', 'JSON, but not FHIR: it has no resourceType'],
    ['patient.json', '{"resourceType":"Patient"}', 'not a FHIR bundle but a single Patient'],
    ['invented.json', '{"resourceType":"Jane Doe"}', 'not a FHIR bundle but something else'],
    ['latin1.json', Buffer.from(bundle([{ fullUrl: 'Ångström' }]), 'latin1'), 'the text is not UTF-8'],
    [
      'search.json',
      bundle([], 'searchset'),
      'a bundle of type searchset: only transaction, batch and collection are imported',
    ],
    [
      'strange.json',
      bundle([], 'Jane Doe'),
      'a bundle of no known type: only transaction, batch and collection are imported',
    ],
  ])('%s is refused: it says why and nothing of what is in it', async (name, content, reason) => {
    expect(await failureOf(file(name, content))).toBe(reason);
  });

  it('what is no file that can be read is refused', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.json')]);

    expect(await failureOf(join(folder, 'absent.json'))).toBe('there is no such file');
    expect(await failureOf(join(folder, 'pipe.json'))).toBe('not a regular file');
    expect(await failureOf(folder)).toBe('not a regular file');
  });

  it('a gzip bomb ends at the limit, whatever it would become', async () => {
    const bomb = file('bomb.json.gz', gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')));
    const limits = { ...FILE_LIMITS, maxBytes: 1024 * 1024 };

    expect(await failureOf(bomb, limits)).toBe('more than 1 MiB of content');
  });

  it('too many entries are too many; one that is too large is left out alone', async () => {
    const many = file('many.json', bundle([{}, {}, {}]));
    const large = file('large.json', bundle([{}, { text: 'x'.repeat(500) }, {}]));

    expect(await failureOf(many, { ...FILE_LIMITS, maxEntries: 2 })).toBe('more than 2 entries');
    expect(await entriesOf(large, { ...FILE_LIMITS, maxValueBytes: 100 })).toEqual([
      {},
      new UnreadEntry('too large'),
      {},
    ]);
  });
});

function corrupted(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy.writeUInt8(copy.readUInt8(index) ^ 0xff, index);
  return copy;
}
