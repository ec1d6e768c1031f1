import { crc32 } from 'node:zlib';
import type { Defect } from '../base/events.js';
import type { EntryKey } from '../keys/entry-key.js';
import type { CallKeys } from '../keys/cache-key.js';
import type { StoredEntry } from '../stores/contract/cache-store.js';
import { parseTag, type Tag } from '../versions/tag.js';
import { formatVersion, parseVersion, type TagVersions, type Version } from '../versions/version.js';
import type { Entry } from './entry.js';

/** The key of an entry, and the full arguments where the key has only their hash. */
export type SharedKey = Pick<CallKeys, 'entry' | 'args'>;

/** An entry, or why there is none. */
export type Unpacked =
  | { readonly entry: Entry<Buffer>; readonly defect?: undefined }
  | { readonly entry?: undefined; readonly defect: Defect };

const CHECKSUM_BYTES = 4;
const LENGTH_BYTES = 4;
const HEAD_OFFSET = CHECKSUM_BYTES + LENGTH_BYTES;

/**
 * `<uint32 checksum><uint32 length of head><head as JSON><content>`. The key is part of the checksum: bytes that a store
 * damaged, or gave out for another key, do not pass, whether or not the store looks for itself.
 */
export function packEnvelope(entry: Entry<Buffer>, key: SharedKey): Buffer {
  const { isAbsence, everything, dependencies, loadMs, content } = entry;
  const head = Buffer.from(
    JSON.stringify({
      n: isAbsence ? 1 : undefined,
      e: everything,
      d: dependencies.size === 0 ? undefined : [...dependencies].map(([tag, v]) => [tag, formatVersion(v)]),
      a: key.args,
      l: Math.round(loadMs),
    }),
  );
  const lengths = Buffer.alloc(HEAD_OFFSET);
  lengths.writeUInt32BE(head.length, CHECKSUM_BYTES);
  const bytes = Buffer.concat([lengths, head, content]);
  bytes.writeUInt32BE(checksumOf(bytes, key.entry));
  return bytes;
}

/** @param stored what a store gave out, its bytes decoded */
export function unpackEnvelope(stored: StoredEntry, key: SharedKey): Unpacked {
  const { bytes, createdAtMs, expiresAtMs } = stored;
  if (bytes.length < HEAD_OFFSET) return { defect: 'malformed' };
  if (bytes.readUInt32BE() !== checksumOf(bytes, key.entry)) return { defect: 'checksum' };
  const end = HEAD_OFFSET + bytes.readUInt32BE(CHECKSUM_BYTES);
  const head = end > bytes.length ? undefined : parseHead(bytes.subarray(HEAD_OFFSET, end));
  if (head === undefined) return { defect: 'malformed' };
  const { args, ...known } = head;
  if (args !== key.args) return { defect: 'arguments' };
  const content = bytes.subarray(end);
  return { entry: { ...known, content, size: content.length, createdAtMs, expiresAtMs } };
}

function checksumOf(bytes: Buffer, { partition, versions }: EntryKey): number {
  return crc32(bytes.subarray(CHECKSUM_BYTES), crc32(`${partition}\n${versions}\n`));
}

type Head = Pick<Entry, 'isAbsence' | 'everything' | 'dependencies' | 'loadMs'> & Pick<SharedKey, 'args'>;

function parseHead(json: Buffer): Head | undefined {
  try {
    const { n, e, d = [], a, l } = JSON.parse(json.toString('utf8')) as Record<string, unknown>;
    if (!Array.isArray(d) || typeof l !== 'number') return undefined;
    if (!isTextOrAbsent(e) || !isTextOrAbsent(a)) return undefined;
    return { isAbsence: n === 1, everything: e, dependencies: parseDependencies(d), args: a, loadMs: l };
  } catch {
    return undefined;
  }
}

/** @throws when one of `pairs` is no tag with a version */
function parseDependencies(pairs: readonly unknown[]): TagVersions {
  return new Map(
    pairs.map((pair): [Tag, Version] => {
      const [tag, text] = pair as [string, string];
      const version = parseVersion(text);
      if (version === undefined) throw new TypeError('no version');
      return [parseTag(tag), version];
    }),
  );
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
