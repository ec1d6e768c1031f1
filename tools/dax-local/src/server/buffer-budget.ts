/** Bytes that all connections together may hold: messages that are not complete, and answers that are not read. */
export class BufferBudget {
  #used = 0;

  get usedBytes(): number {
    return this.#used;
  }

  constructor(private readonly maxBytes: number) {}

  /** False when it is exceeded; what was counted stays so until it is counted down. */
  change(bytes: number): boolean {
    this.#used += bytes;
    return this.#used <= this.maxBytes;
  }
}
