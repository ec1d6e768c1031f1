import type { Socket } from 'node:net';

/** One direction of a connection: forwards what comes, or keeps it back. */
export class Lane {
  private kept: Buffer[] | undefined;

  constructor(
    from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (chunk: Buffer) => this.forward(chunk));
  }

  forward(chunk: Buffer): void {
    if (this.kept !== undefined) this.kept.push(chunk);
    else this.to.write(chunk);
  }

  /** Chunks that are kept back now. */
  get keptChunks(): number {
    return this.kept?.length ?? 0;
  }

  /** Whether what is kept back has `bytes` in it. */
  keeps(bytes: Buffer): boolean {
    return Buffer.concat(this.kept ?? []).includes(bytes);
  }

  /** What is kept back. */
  get keptBytes(): Buffer {
    return Buffer.concat(this.kept ?? []);
  }

  /** Forgets what is kept back, as if it had never been sent. */
  discard(): void {
    if (this.kept !== undefined) this.kept = [];
  }

  hold(): void {
    this.kept ??= [];
  }

  /** Lets the first `count` chunks go, and keeps the others and what comes. */
  letThrough(count: number): void {
    const chunks = this.kept?.splice(0, count) ?? [];
    if (chunks.length > 0) this.to.write(Buffer.concat(chunks));
  }

  /** What was kept goes out at once, as one piece. */
  release(): void {
    const { kept = [] } = this;
    this.kept = undefined;
    if (kept.length > 0) this.to.write(Buffer.concat(kept));
  }
}
