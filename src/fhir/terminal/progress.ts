import type { BundleCounts, RowCounts } from '../bundle.repository.js';
import type { ImportProgress } from '../import-bundles.js';

/** The part of a terminal that a bar needs. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;
const MIN_INTERVAL_MS = 80;
const CLEAR_LINE = '\r\u001b[K';

/** A line for each file: for logs and pipes. */
export class PlainProgress implements ImportProgress {
  constructor(private readonly out: (line: string) => void) {}

  started(files: number): void {
    this.out(`Importing ${files} ${files === 1 ? 'file' : 'files'}`);
  }

  imported(path: string, { patients, exams, medications }: BundleCounts): void {
    const counts = [some(patients, 'patient'), some(exams, 'exam'), some(medications, 'medication')];
    this.out(`imported ${printable(path)}: ${counts.join(', ')}`);
  }

  failed(path: string, reason: string): void {
    this.out(`failed   ${printable(path)}: ${reason}`);
  }
}

/** A bar that is drawn over itself; files that fail get a line above it. */
export class ProgressBar implements ImportProgress {
  private files = 0;
  private done = 0;
  private drawnAt = -Infinity;

  constructor(
    private readonly terminal: Terminal,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  started(files: number): void {
    this.files = files;
    this.draw('');
  }

  imported(path: string): void {
    this.done += 1;
    this.draw(path);
  }

  failed(path: string, reason: string): void {
    this.done += 1;
    this.terminal.write(`${CLEAR_LINE}failed ${printable(path)}: ${reason}\n`);
    this.drawnAt = -Infinity;
    this.draw(path);
  }

  /** Takes the bar off the screen. */
  clear(): void {
    this.terminal.write(CLEAR_LINE);
  }

  private draw(path: string): void {
    if (this.nowMs() - this.drawnAt < MIN_INTERVAL_MS) return;
    this.drawnAt = this.nowMs();
    // A file may have come since they were counted.
    const share = this.files === 0 ? 1 : Math.min(1, this.done / this.files);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const line = `${bar} ${this.done}/${this.files} ${Math.floor(share * 100)} % ${printable(path)}`;
    // One column less: some terminals wrap after the last one.
    this.terminal.write(CLEAR_LINE + line.slice(0, (this.terminal.columns ?? DEFAULT_COLUMNS) - 1));
  }
}

/** `1 exam`, `2 exams`. */
function some({ created, updated, unchanged }: RowCounts, name: string): string {
  const total = created + updated + unchanged;
  return `${total} ${name}${total === 1 ? '' : 's'}`;
}

/** A file's name may hold anything but a slash: line ends and escape sequences would change what the terminal shows. */
export function printable(path: string): string {
  return path.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?');
}
