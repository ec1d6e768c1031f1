/** Bytes that all connections together may hold of messages that are not complete. */
export class BufferBudget {
  #used = 0;

  constructor(private readonly maxBytes: number) {}

  /** False when it is exceeded; what was counted stays so until it is counted down. */
  change(bytes: number): boolean {
    this.#used += bytes;
    return this.#used <= this.maxBytes;
  }
}
