import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { DecodeFault } from '../base/events.js';
import { MAX_VALUE_BYTES, pack, unpack } from './compression.js';
import { DecodeError } from './decode-error.js';

const text = (length: number): Buffer => Buffer.alloc(length, '{"code":"8302-2","name":"Body Height"},');

/** A frame that declares `length`, and holds `compressed`. */
function frameOf(length: number, compressed: Buffer): Buffer {
  const header = Buffer.from([2, 0, 0, 0, 0]);
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, compressed]);
}

/** A zstd frame (RFC 8878) of one raw block, that asks for a window of 2 to the power of `windowLog` bytes. */
function zstdFrame(content: Buffer, windowLog: number): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, 0, 0, 0]);
  header.writeUIntLE((content.length << 3) | 1, 6, 3);
  return Buffer.concat([header, content]);
}

async function faultOf(frame: Buffer): Promise<DecodeFault> {
  const error: unknown = await unpack(frame).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DecodeError)) throw new Error('no DecodeError', { cause: error });
  return error.fault;
}

describe('pack', () => {
  it('of 1 KiB, leaves the value as it is', async () => {
    const value = text(1024);
    await expect(pack(value)).resolves.toEqual(Buffer.concat([Buffer.of(1), value]));
  });

  it('of more than 1 KiB, compresses', async () => {
    const frame = await pack(text(1025));
    expect(frame[0]).toBe(2);
    expect(frame.length).toBeLessThan(100);
  });

  it('of what zstd makes no smaller, leaves the value as it is', async () => {
    const value = randomBytes(5_000);
    await expect(pack(value)).resolves.toEqual(Buffer.concat([Buffer.of(1), value]));
  });

  it('of more than 64 MiB, refuses', async () => {
    await expect(pack(Buffer.alloc(MAX_VALUE_BYTES + 1))).rejects.toMatchObject({
      code: 'CACHE_ENTRY_TOO_LARGE',
    });
  });

  it('of a small value, answers in the same turn of the event loop, of a large one leaves it free', async () => {
    const turns: string[] = [];
    const large = pack(text(300_000)).then(() => turns.push('large'));
    const small = pack(text(200_000)).then(() => turns.push('small'));
    const turn = new Promise<void>((resolve) => setImmediate(resolve)).then(() => turns.push('turn'));
    await Promise.all([large, small, turn]);
    expect(turns[0]).toBe('small');
    expect(turns).toContain('large');
  });
});

describe('unpack', () => {
  it('of what pack made, gives the value, whatever its bytes', async () => {
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 400_000 }))
        .map(([seed, length]) => new Uint8Array(Buffer.alloc(length, seed))),
    );
    await fc.assert(
      fc.asyncProperty(value, async (bytes) => {
        expect((await unpack(await pack(Buffer.from(bytes)))).equals(bytes)).toBe(true);
      }),
    );
  });

  it('of 20 MiB, gives the value: its window is within the limit', async () => {
    const value = Buffer.alloc(20 * 1024 * 1024, randomBytes(70_001));
    expect((await unpack(await pack(value))).equals(value)).toBe(true);
  });

  it('of any bytes at all, gives a value or a DecodeError', async () => {
    const frames = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.integer({ min: 1_025, max: 70_000 }), fc.uint8Array({ maxLength: 200 }))
        .map(([length, bytes]) => frameOf(length, Buffer.from(bytes))),
    );
    await fc.assert(
      fc.asyncProperty(frames, async (frame) => {
        await unpack(frame).catch((error: unknown) => expect(error).toBeInstanceOf(DecodeError));
      }),
    );
  });

  it('of nothing, says so', async () => expect(await faultOf(Buffer.alloc(0))).toBe('empty'));

  it('of a format that nobody made, says so', async () => {
    expect(await faultOf(Buffer.from([0, 1, 2]))).toBe('unknown-format');
    expect(await faultOf(Buffer.from([200, 1, 2]))).toBe('unknown-format');
  });

  it('of a frame cut short anywhere, fails', async () => {
    const frame = await pack(text(4_000));
    for (let end = 1; end < frame.length; end++) {
      expect(await faultOf(frame.subarray(0, end))).toBe(end < 5 ? 'malformed' : 'decompression');
    }
  });

  it('of a frame that holds more or less than it declares, fails', async () => {
    const compressed = zstdCompressSync(text(4_000));
    expect(await faultOf(frameOf(3_999, compressed))).toBe('decompression');
    expect(await faultOf(frameOf(4_001, compressed))).toBe('decompression');
    expect(await faultOf(frameOf(10, compressed))).toBe('malformed');
  });

  it('of a frame that declares more than 64 MiB, does not begin to decompress', async () => {
    expect(await faultOf(frameOf(MAX_VALUE_BYTES + 1, zstdCompressSync(text(4_000))))).toBe('too-large');
    expect(await faultOf(frameOf(0xffff_ffff, Buffer.alloc(0)))).toBe('too-large');
  });

  it('of a bomb, stops at what it declares', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(200 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(10_000);
    for (const declared of [100_000, 1_000_000]) {
      const decoding = unpack(frameOf(declared, bomb));
      await expect(decoding).rejects.toMatchObject({ cause: { code: 'ERR_BUFFER_TOO_LARGE' } });
    }
  });

  it('of a frame that asks for a window of 128 MiB, does not give it', async () => {
    const value = text(4_000);
    expect((await unpack(frameOf(4_000, zstdFrame(value, 23)))).equals(value)).toBe(true);
    expect(await faultOf(frameOf(4_000, zstdFrame(value, 27)))).toBe('decompression');
  });

  it('of more than 64 MiB uncompressed, refuses', async () => {
    const frame = Buffer.alloc(MAX_VALUE_BYTES + 2);
    frame[0] = 1;
    expect(await faultOf(frame)).toBe('too-large');
  });
});
