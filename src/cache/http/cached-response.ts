import { createHash } from 'node:crypto';
import type { Serializer } from '../serializer.js';

/** A response as it was sent, to be sent again without parsing. */
export interface CachedResponse {
  readonly status: number;
  /** Header fields that the route set, lower-case names; never `set-cookie`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Strong entity tag of `body`, in quotes: a hash taken once, when the response is made. */
  readonly etag: string;
}

const LENGTH_BYTES = 4;
const ETAG_CHARACTERS = 27;

/** RFC 9110, section 8.8.3: strong, since equal tags mean equal bytes. */
export function entityTag(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, ETAG_CHARACTERS)}"`;
}

/** `<uint32 length of head><status, header fields and entity tag as JSON><body>`. */
export const responseSerializer: Serializer<CachedResponse> = {
  immutable: true,
  serialize: ({ body, ...rest }) => {
    const head = Buffer.from(JSON.stringify(rest));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(head.length);
    return Buffer.concat([length, head, body]);
  },
  deserialize: (bytes) => {
    const end = LENGTH_BYTES + bytes.readUInt32BE();
    const head = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, end)) as Omit<CachedResponse, 'body'>;
    if (
      typeof head.status !== 'number' ||
      typeof head.etag !== 'string' ||
      typeof head.headers !== 'object'
    ) {
      throw new TypeError('not a response');
    }
    return { ...head, body: bytes.subarray(end) };
  },
};
