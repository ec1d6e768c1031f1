import { isUtf8 } from 'node:buffer';
import { FILE_LIMITS, type FileLimits } from '../limits.js';
import { isResourceType } from '../resource-types.js';
import { readContent } from './byte-source.js';
import { parseExactJson } from './exact-json.js';
import { FileFailure } from './file-failure.js';
import { JsonSlicer, type Slice, type SliceHandlers } from './json-slicer.js';

/**
 * The bundles that list resources as they are. A search's page, a history or a message says something about resources
 * that only its reader can judge: https://hl7.org/fhir/R4/valueset-bundle-type.html
 */
const ACCEPTED_TYPES = new Set(['transaction', 'batch', 'collection']);
const OTHER_TYPES = new Set([
  'document',
  'message',
  'transaction-response',
  'batch-response',
  'history',
  'searchset',
]);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** An entry that was not parsed, because of its size. */
export class UnreadEntry {
  constructor(readonly reason: string) {}
}

/**
 * Reads a file that holds one FHIR bundle and passes each entry to `onEntry`, parsed but not validated: numbers are
 * `JsonNumber`s. Only one entry is in memory at a time. Nothing may be made of the entries before this resolves: what
 * the file is can stand at its end, and so does what proves it whole.
 * @throws {FileFailure} when the file is not a whole, readable bundle of an accepted type
 */
export async function readBundle(
  path: string,
  onEntry: (entry: unknown) => void,
  limits: FileLimits = FILE_LIMITS,
): Promise<void> {
  const header = new BundleHeader(onEntry, limits.maxEntries);
  const slicer = new JsonSlicer('entry', header, limits);
  let first = true;
  for await (const chunk of readContent(path, limits.maxBytes)) {
    slicer.write(first ? checkStart(chunk) : chunk);
    first = false;
  }
  slicer.end();
  header.check();
}

/** Takes off a byte-order mark, and gives other formats their name. */
function checkStart(chunk: Buffer): Buffer {
  const text = chunk.indexOf(BYTE_ORDER_MARK) === 0 ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk;
  const start = text.toString('latin1', 0, 64).trimStart();
  if (start.startsWith('<')) throw new FileFailure('XML or HTML, not JSON');
  if (start.startsWith('[')) throw new FileFailure('a JSON list, not a FHIR bundle');
  return text;
}

/** What the outermost object says of itself. */
class BundleHeader implements SliceHandlers {
  private resourceType: unknown;
  private type: unknown;
  private entries = 0;

  constructor(
    private readonly onEntry: (entry: unknown) => void,
    private readonly maxEntries: number,
  ) {}

  member(key: string, slice: Slice): void {
    const value = parseSlice(slice);
    if (key === 'resourceType') this.resourceType = value;
    if (key === 'type') this.type = value;
  }

  element(slice: Slice): void {
    this.entries += 1;
    if (this.entries > this.maxEntries) throw new FileFailure(`more than ${this.maxEntries} entries`);
    this.onEntry(parseSlice(slice));
  }

  check(): void {
    const { resourceType, type } = this;
    if (resourceType !== 'Bundle') {
      throw new FileFailure(
        resourceType === undefined
          ? 'JSON, but not FHIR: it has no resourceType'
          : `not a FHIR bundle but ${isResourceType(resourceType) ? `a single ${resourceType}` : 'something else'}`,
      );
    }
    if (typeof type === 'string' && ACCEPTED_TYPES.has(type)) return;
    const name = typeof type === 'string' && OTHER_TYPES.has(type) ? `type ${type}` : 'no known type';
    throw new FileFailure(`a bundle of ${name}: only transaction, batch and collection are imported`);
  }
}

function parseSlice(slice: Slice): unknown {
  if (!Buffer.isBuffer(slice)) return new UnreadEntry(slice);
  if (!isUtf8(slice)) throw new FileFailure('the text is not UTF-8');
  try {
    return parseExactJson(slice.toString('utf8'));
  } catch (error) {
    throw new FileFailure('the JSON is malformed', error);
  }
}
