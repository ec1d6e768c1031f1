import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Launch } from '../engine-spec.js';

const READY_POLL_MS = 15;
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const OUTPUT_TIMEOUT_MS = 2_000;
const REMEMBERED_OUTPUT = 4_096;

/** The engine, a child of the keeper. */
export class EngineProcess {
  /** Resolves when the engine has ended, with how it ended. Never rejects. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private lastOutput = '';
  private running = true;

  constructor(
    private readonly launch: Launch,
    record: (output: Buffer) => void,
  ) {
    this.child = spawn(launch.command, launch.args, {
      // A folder that every account can reach; the engine's own may not be.
      cwd: parse(process.execPath).root,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(launch.env === undefined ? {} : { env: { ...launch.env } }),
      ...launch.account,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.lastOutput = (this.lastOutput + chunk.toString()).slice(-REMEMBERED_OUTPUT);
        record(chunk);
      });
    }
    this.ended = this.watch();
  }

  /** The end of what the engine wrote. */
  get output(): string {
    return this.lastOutput;
  }

  /** Resolves with true when the engine takes requests, with false when it ended before or the time is up. */
  async becomesReady(signal: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (this.running && !signal.aborted && performance.now() < deadline) {
      if (await this.isReady()) return this.running;
      await delay(READY_POLL_MS);
    }
    return false;
  }

  /** Ends the engine, by force when it takes longer than half a minute. */
  async stop(stopSignal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    this.child.kill(stopSignal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private async isReady(): Promise<boolean> {
    try {
      return this.child.pid !== undefined && (await this.launch.isReady(this.child.pid));
    } catch {
      return false;
    }
  }

  private async watch(): Promise<string> {
    try {
      const [code, signal] = (await once(this.child, 'exit')) as [number | null, NodeJS.Signals | null];
      await this.outputEnds();
      return signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
    } catch (error) {
      return `it cannot be run (${(error as NodeJS.ErrnoException).code ?? 'unknown fault'})`;
    } finally {
      this.running = false;
    }
  }

  // Its own children may hold the streams for a moment longer; while they do, they still use the engine's data.
  private async outputEnds(): Promise<void> {
    const open = [this.child.stdout, this.child.stderr].filter((stream) => stream !== null && !stream.closed);
    const closed = Promise.all(open.map((stream) => once(stream as Readable, 'close')));
    await Promise.race([closed, delay(OUTPUT_TIMEOUT_MS, undefined, { ref: false })]);
  }
}

/** The last line of `output` that says something, for an explanation in one line. */
export function lastLine(output: string): string {
  const lines = output.split(/\r?\n/).map((line) => line.trim());
  const telling =
    lines.findLast((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line)) ?? lines.findLast(Boolean);
  return (telling ?? '').replace(/^.*?\b(FATAL|PANIC|ERROR):\s*/, '').slice(0, 300);
}
