import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Reply {
  readonly id: number | 'ready';
  readonly result?: unknown;
  readonly error?: string;
}

/** The bundles, made from the built code as a deployment does, in a folder of the test's own. */
export class LambdaBundles {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<LambdaBundles> {
    const folder = await mkdtemp(join(tmpdir(), 'careline-lambda-'));
    await promisify(execFile)(process.execPath, ['scripts/bundle-lambda.mjs', folder]);
    return new LambdaBundles(folder);
  }

  /** Resolves when the function has initialised. */
  start(name: string, environment: Record<string, string>): Promise<LambdaFunction> {
    return LambdaFunction.start(join(this.folder, name, 'index.mjs'), environment);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A bundle in an execution environment of its own. */
export class LambdaFunction {
  private invocations = 0;
  private readonly output: string[] = [];

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.output.push(text));
    }
  }

  /** Resolves when the function has initialised. */
  static async start(bundle: string, environment: Record<string, string>): Promise<LambdaFunction> {
    const child = fork('test/lambda/support/environment.mjs', [bundle], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    const started = new LambdaFunction(child);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(started.logs())));
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    return started;
  }

  logs(): string {
    return this.output.join('');
  }

  async invoke<T>(event: unknown): Promise<T> {
    const id = this.invocations++;
    const { promise, resolve: settle, reject } = Promise.withResolvers<T>();
    const onMessage = (reply: Reply): void => {
      if (reply.id !== id) return;
      this.child.off('message', onMessage);
      if (reply.error === undefined) settle(reply.result as T);
      else reject(new Error(reply.error));
    };
    this.child.on('message', onMessage);
    this.child.send({ id, event });
    return promise;
  }

  /** As Lambda ends an environment: at once. Resolves when all that it had written has been read. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await closed;
  }
}
