import type { DestinationStream } from 'pino';

export interface LineBatchOptions {
  /** A batch that has reached this length is written. */
  readonly maxCharacters: number;
  /** A line waits for others no longer than this. */
  readonly maxWaitMs: number;
}

/** Gathers lines and hands them on together: a system call for each would cost more than a cached answer does. */
export class LineBatches implements DestinationStream {
  private lines = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sink: DestinationStream,
    private readonly options: LineBatchOptions,
  ) {}

  write(line: string): void {
    this.lines += line;
    if (this.lines.length >= this.options.maxCharacters) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), this.options.maxWaitMs).unref();
  }

  /** Hands on what there is. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lines === '') return;
    const { lines } = this;
    this.lines = '';
    this.sink.write(lines);
  }
}
