import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'node:path';
import type { Account, EnginePlace } from '../engine-spec.js';
import { lastLine } from './engine-process.js';

const TIMEOUT_MS = 120_000;

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly account?: Account | undefined;
  /** Written to its standard input. */
  readonly input?: string;
}

export interface ProgramResult {
  /** What it wrote to standard output and error. */
  readonly output: string;
  /** Why it failed, in a few words; absent when it did its work. */
  readonly fault?: string;
}

/** Runs a program to its end, at most two minutes. Never rejects but when the engine is not wanted any more. */
export async function runProgram(
  command: string,
  args: readonly string[],
  place: Pick<EnginePlace, 'signal' | 'record'>,
  { env, account, input = '' }: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(command, args, {
    cwd: parse(process.execPath).root,
    signal: AbortSignal.any([place.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    windowsHide: true,
    ...(env === undefined ? {} : { env: { ...env } }),
    ...account,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      place.record(chunk);
    });
  }
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0 ? { output } : { output, fault: lastLine(output) || `it ended with code ${code}` };
  } catch (error) {
    place.signal.throwIfAborted();
    return { output, fault: (error as NodeJS.ErrnoException).code ?? 'it cannot be run' };
  }
}
