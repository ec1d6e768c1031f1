import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const READY_DEADLINE_MS = 20_000;

/** The built service as a process of its own. */
export interface ServiceProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** All that it has printed so far, both streams. */
  output(): string;
  /** Resolves with its exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

export interface Exit {
  readonly code: number | null;
  readonly output: string;
}

function launch(environment: Record<string, string>) {
  const dynamodb = process.env['TEST_DYNAMODB_ENDPOINT'];
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'test',
      PORT: '0',
      // No engine of its own: that takes Java seconds.
      ...(dynamodb === undefined ? {} : { DYNAMODB_ENDPOINT: dynamodb }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, exited, output: () => chunks.join('') };
}

/** Starts the built service and resolves when it says that it is ready. */
export async function startService(environment: Record<string, string>): Promise<ServiceProcess> {
  const { child, exited, output } = launch(environment);
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', () => {
      const url = /API\s+(http:\/\/\S+)\/api/.exec(output())?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready in time:\n${output()}`)), READY_DEADLINE_MS);
    void exited.then((code) => reject(new Error(`ended with ${code}:\n${output()}`)));
  });
  try {
    return { url: await Promise.race([ready, failed]), child, exited, output };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the built service until it ends by itself. */
export async function runService(environment: Record<string, string>): Promise<Exit> {
  const { child, exited, output } = launch(environment);
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_DEADLINE_MS);
  const code = await exited;
  clearTimeout(timer);
  return { code, output: output() };
}
