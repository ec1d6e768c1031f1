import { parseTag, type Tag } from './versions/tag.js';
import { formatVersion, parseVersion, type TagVersions, type Version } from './versions/version.js';

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

const LENGTH_BYTES = 4;

/** `<uint32 length of head><head as JSON><body>`. */
export function packEnvelope({ head, body }: Envelope): Buffer {
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
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, body]);
}

/** Undefined when `bytes` are no envelope. */
export function unpackEnvelope(bytes: Buffer): Envelope | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + bytes.readUInt32BE();
  if (end > bytes.length) return undefined;
  const head = parseHead(bytes.subarray(LENGTH_BYTES, end));
  return head === undefined ? undefined : { head, body: bytes.subarray(end) };
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
