import {
  batchesOf,
  MAX_BATCH_BYTES,
  MAX_ITEMS_WRITTEN,
  MAX_KEYS_READ,
  sendBatches,
  type BatchPauses,
} from './batches.js';
import { ATTRIBUTE, rowId, type Item, type RowKey } from './item-layout.js';
import type { ItemSession } from './item-session.js';
import { batchGetRequest, batchWriteRequest, getRequest, putRequest } from './requests.js';

export interface FetchOptions {
  readonly consistent: boolean;
  /** What a row may be expected to have, in bytes: batches are cut by it. */
  readonly rowBytes: number;
}

/** For keys, names, numbers and the form of a request around them; the bytes of a payload are sent in base64. */
const ROW_OVERHEAD_BYTES = 3 * 1_024;
const BASE64 = 4 / 3;

/** Reads and writes rows of one table, however many. */
export class Rows {
  constructor(
    private readonly table: string,
    private readonly session: ItemSession,
    private readonly backoff: BatchPauses,
  ) {}

  /** The rows that are there, by {@link rowId}. @param keys none twice */
  async fetch(keys: readonly RowKey[], options: FetchOptions): Promise<ReadonlyMap<string, Item>> {
    const found = new Map<string, Item>();
    const [first] = keys;
    if (first === undefined) return found;
    if (keys.length === 1) {
      const { Item } = await this.session.get(getRequest(this.table, first, options.consistent));
      if (Item !== undefined) found.set(rowId(first), Item);
      return found;
    }
    const batches = batchesOf(keys, MAX_KEYS_READ, MAX_BATCH_BYTES, () => options.rowBytes * BASE64);
    await this.send(batches, (batch) => this.fetchBatch(batch, options.consistent, found));
    return found;
  }

  /** Puts all. @param items none with the key of another */
  async put(items: readonly Item[]): Promise<void> {
    const [first] = items;
    if (first === undefined) return;
    if (items.length === 1) {
      await this.session.put(putRequest(this.table, first));
      return;
    }
    const batches = batchesOf(items, MAX_ITEMS_WRITTEN, MAX_BATCH_BYTES, sentBytes);
    await this.send(batches, (batch) => this.putBatch(batch));
  }

  private async putBatch(items: readonly Item[]): Promise<readonly Item[]> {
    const { UnprocessedItems } = await this.session.batchWrite(batchWriteRequest(this.table, items));
    const left: Item[] = [];
    for (const { PutRequest } of UnprocessedItems?.[this.table] ?? []) {
      if (PutRequest?.Item !== undefined) left.push(PutRequest.Item);
    }
    return left;
  }

  private async fetchBatch(
    keys: readonly RowKey[],
    consistent: boolean,
    found: Map<string, Item>,
  ): Promise<readonly RowKey[]> {
    const answer = await this.session.batchGet(batchGetRequest(this.table, keys, consistent));
    for (const item of answer.Responses?.[this.table] ?? []) {
      const key = rowKeyOf(item);
      if (key !== undefined) found.set(rowId(key), item);
    }
    return (answer.UnprocessedKeys?.[this.table]?.Keys ?? []).flatMap((key) => rowKeyOf(key) ?? []);
  }

  private send<T>(
    batches: readonly (readonly T[])[],
    send: (batch: readonly T[]) => Promise<readonly T[]>,
  ): Promise<void> {
    return sendBatches(batches, send, this.session.signal, this.backoff);
  }
}

function rowKeyOf(item: Item): RowKey | undefined {
  const pk = item[ATTRIBUTE.partition];
  const sk = item[ATTRIBUTE.sort];
  return typeof pk === 'string' && typeof sk === 'string' ? { pk, sk } : undefined;
}

function sentBytes(item: Item): number {
  return (item[ATTRIBUTE.bytes] as Buffer).length * BASE64 + ROW_OVERHEAD_BYTES;
}
