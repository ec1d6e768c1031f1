import { createHash } from 'node:crypto';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Serializer } from '../../base/serializer.js';
import { isEntityTag } from '../request/if-none-match.js';

/** A response with status 200 as it was sent, to be sent again without parsing. */
export interface CachedResponse {
  /** Header fields that the route set, lower-case names; never those of one connection, request or user. */
  readonly headers: Readonly<Record<string, string>>;
  /** Header fields of the application that the route took away. */
  readonly removed: readonly string[];
  readonly body: Buffer;
  /** Entity tag in quotes: of the route, else a hash of `body`, taken once, when the response is made. */
  readonly etag: string;
}

const LENGTH_BYTES = 4;
const ETAG_CHARACTERS = 27;

/** RFC 9110, section 8.8.3: strong, since equal tags mean equal bytes. */
export function entityTag(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, ETAG_CHARACTERS)}"`;
}

/** `<uint32 length of head><header fields and entity tag as JSON><body>`. */
export const responseSerializer: Serializer<CachedResponse> = {
  immutable: true,
  serialize: ({ body, headers, removed, etag }) => {
    const head = Buffer.from(JSON.stringify({ headers, removed, etag }));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(head.length);
    return Buffer.concat([length, head, body]);
  },
  deserialize: (bytes) => {
    const end = LENGTH_BYTES + bytes.readUInt32BE();
    if (end > bytes.length) throw new TypeError('not a response');
    return { ...readHead(bytes.toString('utf8', LENGTH_BYTES, end)), body: bytes.subarray(end) };
  },
};

/** @throws when `json` is not the head of a response that can be sent */
function readHead(json: string): Omit<CachedResponse, 'body'> {
  const { headers, removed, etag } = JSON.parse(json) as Record<string, unknown>;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers) || !Array.isArray(removed)) {
    throw new TypeError('not a response');
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    if (typeof value !== 'string') throw new TypeError('not a header field');
    validateHeaderValue(name, value);
  }
  for (const name of removed) validateHeaderName(name as string);
  if (typeof etag !== 'string' || !isEntityTag(etag)) throw new TypeError('not an entity tag');
  return { headers: headers as CachedResponse['headers'], removed: removed as string[], etag };
}
