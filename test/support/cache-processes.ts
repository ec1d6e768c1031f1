import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { DynamoConnection } from '../../src/dynamo/dynamo-client.js';

const SCRIPT = 'test/support/cache-process.mjs';

export interface ProcessTask {
  readonly databaseUrl: string;
  readonly table: string;
  readonly connection: DynamoConnection;
  readonly patientId: string;
  /** How often each process asks, at once. */
  readonly requests: number;
  /** The advisory lock at which loads stand still. */
  readonly lock: number;
}

/** What one process says of itself. */
export interface ProcessResult {
  readonly loads: number;
  /** The different answers that it got. */
  readonly names: readonly string[];
  readonly leases: readonly string[];
}

/** A process with a cache of its own, that asks when it is told. */
export class CacheProcess {
  private readonly child;
  private readonly lines: AsyncIterator<string>;
  private readonly errors: string[] = [];

  constructor(task: ProcessTask) {
    this.child = spawn(process.execPath, [SCRIPT, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.setEncoding('utf8').on('data', (chunk: string) => this.errors.push(chunk));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when it can ask. */
  async ready(): Promise<void> {
    await this.expectLine('ready');
  }

  /** Resolves when it has asked, and found nothing in the shared tier. */
  async miss(): Promise<void> {
    this.child.stdin.write('go\n');
    await this.expectLine('missed');
  }

  /** Resolves when it has all answers and has ended. */
  async result(): Promise<ProcessResult> {
    const line = await this.line();
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return JSON.parse(line) as ProcessResult;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private async expectLine(expected: string): Promise<void> {
    const line = await this.line();
    if (line !== expected) throw new Error(`${line} instead of ${expected}`);
  }

  private async line(): Promise<string> {
    const next = (await this.lines.next()) as IteratorResult<string, undefined>;
    if (next.done === true) throw new Error(`the process ended:\n${this.errors.join('')}`);
    return next.value;
  }
}
