import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stage } from './dockerfile.js';

const run = promisify(execFile);
const INSTALL_DEADLINE_MS = 240_000;
const READY_DEADLINE_MS = 60_000;
const OUTPUT_BYTES = 32 * 1024 * 1024;

/** A folder with what the images carry, installed as the Dockerfile does it. */
export interface ProductionInstall {
  readonly folder: string;
  /** Standard output of a program in that folder. */
  output(program: string, args: readonly string[], environment?: Environment): Promise<string>;
  remove(): Promise<void>;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs the stage `production` of the Dockerfile in a temporary folder, and adds what the targets copy. */
export async function installForProduction(): Promise<ProductionInstall> {
  const folder = await mkdtemp(join(tmpdir(), 'careline-production-'));
  const output: ProductionInstall['output'] = async (program, args, environment = {}) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment };
    const limits = { timeout: INSTALL_DEADLINE_MS, maxBuffer: OUTPUT_BYTES };
    return (await run(program, [...args], { cwd: folder, env, ...limits })).stdout;
  };
  const parts = [
    'package.json',
    'package-lock.json',
    '.npmrc',
    'dist',
    'prisma/migrations',
    'tools/dax-local',
  ];
  const filter = (path: string): boolean => !/dax-local\/(src|test|node_modules)$/.test(path);
  await Promise.all(parts.map((part) => cp(part, join(folder, part), { recursive: true, filter })));
  for (const instruction of stage('production').instructions) {
    const step = /^RUN (npm .*)$/.exec(instruction)?.[1];
    if (step !== undefined)
      await output('sh', ['-c', step], { npm_config_prefer_offline: 'true', npm_config_loglevel: 'error' });
  }
  return { folder, output, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A start command as a process in `folder`, as PID 1 of a container would be: with no environment but the given. */
export function launch(folder: string, [program = '', ...args]: readonly string[], environment: Environment) {
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_DEADLINE_MS);
  const exited = once(child, 'close').then(([code]) => {
    clearTimeout(timer);
    return code as number | null;
  });
  return { child, exited, output: () => chunks.join('') };
}
