import type { ConsumedCapacity, ItemCollectionMetrics } from '@aws-sdk/client-dynamodb';
import { CborWriter } from '../cbor/cbor-writer.js';
import { encodeCapacity, encodeCollectionMetrics } from '../protocol/capacity.js';
import type { KeySchema } from '../protocol/keys.js';

const FIELD = {
  item: 0,
  capacity: 1,
  attributes: 2,
  collectionMetrics: 3,
  items: 7,
  count: 8,
  lastKey: 9,
  scannedCount: 10,
} as const;

/** A result: a map of fields. What is absent has to be left out; null would be taken for an empty item. */
export class Reply {
  readonly #writer = new CborWriter();
  #fields = 0;

  /** `encoded` is a value: a projected item or a byte string. */
  field(name: keyof typeof FIELD, encoded: Buffer): this {
    this.#fields++;
    this.#writer.integer(FIELD[name]).raw(encoded);
    return this;
  }

  bytes(name: keyof typeof FIELD, content: Buffer | undefined): this {
    if (content === undefined) return this;
    this.#fields++;
    this.#writer.integer(FIELD[name]).bytes(content);
    return this;
  }

  integer(name: keyof typeof FIELD, value: number | undefined): this {
    if (value === undefined) return this;
    this.#fields++;
    this.#writer.integer(FIELD[name]).integer(value);
    return this;
  }

  capacity(capacity: ConsumedCapacity | undefined): this {
    return this.bytes('capacity', capacity && encodeCapacity(capacity));
  }

  metrics(metrics: ItemCollectionMetrics | undefined, schema: KeySchema): this {
    return this.bytes('collectionMetrics', metrics && encodeCollectionMetrics(metrics, schema));
  }

  /** What it has now; more may be added, and finished again. */
  finish(): Buffer {
    return new CborWriter().map(this.#fields).raw(this.#writer.finish()).finish();
  }
}
