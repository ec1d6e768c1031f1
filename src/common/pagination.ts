import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from './errors/app-error.js';

/** One page of a list. `nextCursor` is null on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Which rows to read: at most `limit`, those after the position that `cursor` holds. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The values of a row's sort keys, the last of which is unique. */
export type Position = readonly string[];

/** Goes into every digest: cursors of another version are refused. */
const FORMAT_VERSION = 1;
const DIGEST_BYTES = 12;

/**
 * Opaque cursors of one kind of list, for keyset pagination: a cursor holds the sort keys of the last row of a page, so
 * that rows which come or go do not shift the next one.
 *
 * Every cursor is bound by a digest to its list (this kind, and the selection: filter and parent). The digest is no
 * secret and need not be one: whoever forges a cursor moves only within a list that they may read, and the position
 * is validated before it is used.
 */
export class CursorCodec<Keys extends Position> {
  constructor(
    private readonly kind: string,
    private readonly position: z.ZodType<Keys>,
  ) {}

  encode(selection: readonly string[], position: Keys): string {
    const payload = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.digest(selection, payload), payload]).toString('base64url');
  }

  /**
   * The position in `cursor`; undefined without a cursor.
   * @throws {AppError} `REQUEST_INVALID` for the field `cursor`, unless it was made by `encode` with this `selection`
   */
  decode(selection: readonly string[], cursor: string | undefined): Keys | undefined {
    if (cursor === undefined) return undefined;
    const bytes = Buffer.from(cursor, 'base64url');
    const payload = bytes.subarray(DIGEST_BYTES);
    const isOurs =
      bytes.toString('base64url') === cursor &&
      bytes.subarray(0, DIGEST_BYTES).equals(this.digest(selection, payload));
    const position = isOurs ? this.position.safeParse(parsed(payload)) : undefined;
    if (position?.success !== true) throw refused();
    return position.data;
  }

  private digest(selection: readonly string[], payload: Buffer): Buffer {
    const list = JSON.stringify([FORMAT_VERSION, this.kind, selection]);
    return createHash('sha256').update(list).update('\n').update(payload).digest().subarray(0, DIGEST_BYTES);
  }
}

/**
 * Makes a page of rows that were read with a limit of one more than the page's.
 * @param cursorOf the cursor that continues after a row
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items: shown.map(toItem), nextCursor: hasMore ? cursorOf(last) : null };
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

function refused(): AppError {
  const errors = [{ field: 'cursor', message: 'must be the nextCursor of a page of this list' }];
  return new AppError('REQUEST_INVALID', 'The request has mistakes: see errors.', { errors });
}
