import { ftruncateSync, openSync, writeSync } from 'node:fs';

const MAX_BYTES = 1_048_576;

/** The log of one engine and its keeper: begun anew at every start, and whenever it grows beyond 1 MiB. */
export class BoundedLog {
  private readonly descriptor: number;
  private bytes = 0;

  constructor(
    path: string,
    private readonly maxBytes = MAX_BYTES,
  ) {
    // Appending, since the keeper's own standard error is the same file.
    this.descriptor = openSync(path, 'a', 0o600);
    ftruncateSync(this.descriptor);
  }

  /** Adds `output` as it is. A full disk must not end the engine, so faults are passed over. */
  write(output: string | Buffer): void {
    try {
      this.bytes += Buffer.byteLength(output);
      if (this.bytes > this.maxBytes) {
        ftruncateSync(this.descriptor);
        this.bytes = Buffer.byteLength(output);
      }
      writeSync(this.descriptor, output as string);
    } catch {
      this.bytes = 0;
    }
  }

  /** Adds one line of the keeper's own. */
  line(text: string): void {
    this.write(`${new Date().toISOString()} keeper: ${text}\n`);
  }
}
