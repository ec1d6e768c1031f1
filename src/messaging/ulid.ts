import { randomBytes } from 'node:crypto';

/** https://github.com/ulid/spec: Crockford's base 32, 48 bits of milliseconds, then 80 random bits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 26;
const TIME_LENGTH = 10;
const RANDOM_BITS = 80n;
const RANDOM_BYTES = 10;

/** A ULID in its canonical, upper-case form. */
export const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * A ULID that sorts after `last`: of `nowMs` where that is later than `last`'s own time, else the successor of `last`. So ids
 * of one conversation grow whatever the clocks of those who write say.
 * @param last undefined: there is none before it
 */
export function ulidAfter(
  last: string | undefined,
  nowMs: number,
  random: (bytes: number) => Buffer = randomBytes,
): string {
  if (last !== undefined && ulidTimeMs(last) >= nowMs) return encode(decode(last) + 1n);
  const noise = BigInt(`0x${random(RANDOM_BYTES).toString('hex')}`);
  return encode((BigInt(nowMs) << RANDOM_BITS) | noise);
}

/** The time in a ULID, in ms since 1970. */
export function ulidTimeMs(ulid: string): number {
  return Number(decode(ulid.slice(0, TIME_LENGTH)));
}

function decode(text: string): bigint {
  let value = 0n;
  for (const letter of text) value = value * 32n + BigInt(ALPHABET.indexOf(letter));
  return value;
}

function encode(value: bigint): string {
  let text = '';
  for (let rest = value; text.length < LENGTH; rest /= 32n) text = ALPHABET.charAt(Number(rest % 32n)) + text;
  return text;
}
