import { crc32 } from 'node:zlib';
import type { EntryKey } from '../keys/entry-key.js';
import { parseTag, type Tag } from '../versions/tag.js';
import { formatVersion, parseVersion, type TagVersions, type Version } from '../versions/version.js';

/** What is written beside a value, so that a reader can check what it got. */
export interface EnvelopeHead {
  /** The value is "known to be none". */
  readonly none: boolean;
  /** The version of `*` under which it was loaded; undefined where there is no authority. */
  readonly everything: string | undefined;
  /** Tags that the key does not contain, with the versions under which it was loaded. */
  readonly dependencies: TagVersions;
  /** The full arguments, where the key has only their hash. */
  readonly args: string | undefined;
  /** How long the load took, in ms. */
  readonly loadMs: number;
}

export interface Envelope {
  readonly head: EnvelopeHead;
  readonly body: Buffer;
}

const CHECKSUM_BYTES = 4;
const LENGTH_BYTES = 4;
const HEAD_OFFSET = CHECKSUM_BYTES + LENGTH_BYTES;

/**
 * `<uint32 checksum><uint32 length of head><head as JSON><body>`. The key is part of the checksum: bytes that a store
 * damaged, or gave out for another key, do not pass, whether or not the store looks for itself.
 */
export function packEnvelope({ head, body }: Envelope, key: EntryKey): Buffer {
  const json = Buffer.from(
    JSON.stringify({
      n: head.none ? 1 : undefined,
      e: head.everything,
      d:
        head.dependencies.size === 0
          ? undefined
          : [...head.dependencies].map(([tag, v]) => [tag, formatVersion(v)]),
      a: head.args,
      l: Math.round(head.loadMs),
    }),
  );
  const lengths = Buffer.alloc(HEAD_OFFSET);
  lengths.writeUInt32BE(json.length, CHECKSUM_BYTES);
  const bytes = Buffer.concat([lengths, json, body]);
  bytes.writeUInt32BE(checksumOf(bytes, key));
  return bytes;
}

/** What is wrong with `bytes`, when they are not what {@link packEnvelope} made for `key`. */
export function unpackEnvelope(bytes: Buffer, key: EntryKey): Envelope | 'checksum' | 'malformed' {
  if (bytes.length < HEAD_OFFSET) return 'malformed';
  if (bytes.readUInt32BE() !== checksumOf(bytes, key)) return 'checksum';
  const end = HEAD_OFFSET + bytes.readUInt32BE(CHECKSUM_BYTES);
  if (end > bytes.length) return 'malformed';
  const head = parseHead(bytes.subarray(HEAD_OFFSET, end));
  return head === undefined ? 'malformed' : { head, body: bytes.subarray(end) };
}

function checksumOf(bytes: Buffer, { partition, versions }: EntryKey): number {
  return crc32(bytes.subarray(CHECKSUM_BYTES), crc32(`${partition}\n${versions}\n`));
}

function parseHead(json: Buffer): EnvelopeHead | undefined {
  try {
    const { n, e, d = [], a, l } = JSON.parse(json.toString('utf8')) as Record<string, unknown>;
    if (!Array.isArray(d) || typeof l !== 'number') return undefined;
    if (!isTextOrAbsent(e) || !isTextOrAbsent(a)) return undefined;
    return { none: n === 1, everything: e, dependencies: parseDependencies(d), args: a, loadMs: l };
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
