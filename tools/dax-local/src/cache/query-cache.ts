import { createHash } from 'node:crypto';
import { TtlCache, type TtlCacheOptions } from './ttl-cache.js';

/** The query cache of one node: whole answers of queries and scans, by their parameters. Writes do not touch it. */
export class QueryCache {
  readonly #answers: TtlCache<Buffer>;

  constructor(options: TtlCacheOptions) {
    this.#answers = new TtlCache(options);
  }

  /** The same for equal parameters, however large they are. */
  static key(operation: string, input: object): string {
    return createHash('sha256')
      .update(JSON.stringify([operation, input]))
      .digest('base64');
  }

  get(key: string): Buffer | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: Buffer): void {
    // A copy, as in the item cache.
    this.#answers.set(key, Buffer.from(answer), answer.length);
  }

  clear(): void {
    this.#answers.clear();
  }

  stats(): ReturnType<TtlCache<Buffer>['stats']> {
    return this.#answers.stats();
  }
}
