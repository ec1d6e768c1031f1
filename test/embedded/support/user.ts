import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Engine, EngineState } from '../../../src/embedded/index.js';
import { eventually } from './eventually.js';

interface Said {
  readonly line?: string;
  readonly address?: string;
  readonly state?: EngineState;
  readonly released?: boolean;
  readonly fault?: { readonly name: string; readonly message: string };
}

export interface UserOptions {
  readonly options?: Record<string, string | number | boolean>;
  /** The folder of the built `embedded`. */
  readonly built?: string;
  readonly engine?: Engine;
  /** The whole environment. */
  readonly env?: Record<string, string>;
}

/** A process of its own that uses an engine, so that it can be killed. */
export class TestUser {
  readonly ended: Promise<unknown>;
  private readonly said: Said[] = [];
  private readonly child: ChildProcess;

  constructor(
    engine: Engine,
    dataDir: string,
    { options = {}, built = resolve('dist/embedded'), env }: UserOptions = {},
  ) {
    const request = JSON.stringify({ built, engine, dataDir, options });
    this.child = spawn(process.execPath, [join(import.meta.dirname, 'user-process.mjs'), request], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A process group of its own, as a terminal gives to each command.
      detached: true,
      ...(env === undefined ? {} : { env }),
    });
    this.ended = once(this.child, 'close');
    createInterface({ input: this.child.stdout! }).on('line', (line) =>
      this.said.push(JSON.parse(line) as Said),
    );
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** What was logged so far. */
  get lines(): string[] {
    return this.said.flatMap(({ line }) => line ?? []);
  }

  /** The engine's address, as soon as the engine is ready. */
  async address(): Promise<string> {
    const answer = await this.hear('its address', ({ address, fault }) => address ?? fault);
    if (typeof answer !== 'string') throw new Error(answer.message);
    return answer;
  }

  /** Why the engine cannot be used. */
  fault(): Promise<{ name: string; message: string }> {
    return this.hear('a fault', ({ fault }) => fault);
  }

  line(pattern: RegExp): Promise<string> {
    return this.hear(String(pattern), ({ line }) =>
      line !== undefined && pattern.test(line) ? line : undefined,
    );
  }

  async state(): Promise<EngineState> {
    const known = this.said.length;
    this.child.stdin!.write('state\n');
    return eventually('its state', () => this.said.slice(known).find(({ state }) => state)?.state);
  }

  async release(): Promise<void> {
    this.child.stdin!.write('release\n');
    await this.hear('its release', ({ released }) => released);
    await this.ended;
  }

  /** Ends without letting go of the engine. */
  async exit(): Promise<void> {
    this.child.stdin!.write('exit\n');
    await this.ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** What Ctrl-C in its terminal does: the whole process group gets the signal. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  private hear<T>(what: string, pick: (said: Said) => T | undefined): Promise<Exclude<T, undefined | false>> {
    return eventually(
      `the user process says ${what}; it said ${JSON.stringify(this.said)}`,
      () => {
        for (const said of this.said) {
          const value = pick(said);
          if (value !== undefined) return value;
        }
        return undefined;
      },
      60_000,
    ) as Promise<Exclude<T, undefined | false>>;
  }
}
