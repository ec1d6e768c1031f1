import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorCode } from '../error-code.js';
import { FileFailure } from './file-failure.js';

const CHUNK_BYTES = 64 * 1024;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'a symbolic link that leads to itself',
  Z_BUF_ERROR: 'the gzip data is truncated',
  Z_DATA_ERROR: 'the gzip data is corrupt',
};

/**
 * The content of a file, uncompressed where it is gzip, in pieces.
 * @throws {FileFailure} while it is read: not a regular file, unreadable, corrupt, or more than `maxBytes` of content
 */
export async function* readContent(path: string, maxBytes: number): AsyncGenerator<Buffer> {
  try {
    const compressed = await isGzip(path);
    const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    const limit = new ByteLimit(maxBytes);
    // The callback only keeps a fault from going unhandled: the consumer of the last stream sees the same one.
    if (compressed) pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), limit, () => undefined);
    else pipeline(file, limit, () => undefined);
    for await (const chunk of limit) yield chunk as Buffer;
  } catch (error) {
    throw toFileFailure(error);
  }
}

/** What went wrong with a file, without its content. Errors that are no fault of the file are passed on. */
export function toFileFailure(error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof FileFailure || code === undefined) return error;
  return new FileFailure(REASONS[code] ?? `cannot be read (${code})`, error);
}

/** By content, not by name; but a file that claims to be gzip and is not, is corrupt rather than something else. */
async function isGzip(path: string): Promise<boolean> {
  // Opening a named pipe would wait for its writer.
  if (!(await stat(path)).isFile()) throw new FileFailure('not a regular file');
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  if (bytesRead === 0) throw new FileFailure('the file is empty');
  const compressed = buffer.equals(GZIP_MAGIC);
  if (!compressed && path.endsWith('.gz')) throw new FileFailure('not gzip data');
  return compressed;
}

/** Passes bytes on until there are too many. */
class ByteLimit extends Transform {
  private seen = 0;

  constructor(private readonly maxBytes: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.seen += chunk.length;
    if (this.seen <= this.maxBytes) done(null, chunk);
    else done(new FileFailure(`more than ${Math.floor(this.maxBytes / 1024 / 1024)} MiB of content`));
  }
}
