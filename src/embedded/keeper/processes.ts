import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, win32 } from 'node:path';
import { promisify } from 'node:util';

/** A process of this machine. */
export interface Process {
  readonly pid: number;
  /** File name of its program, without `.exe`. */
  readonly executable: string;
  readonly commandLine: string;
}

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** All processes whose command line this user may see. */
export async function listProcesses(): Promise<Process[]> {
  if (process.platform === 'linux') return listFromProc();
  if (process.platform === 'win32') return listOnWindows();
  const { stdout } = await run('ps', ['-axww', '-o', 'pid=,command='], { maxBuffer: MAX_OUTPUT_BYTES });
  return parseLines(stdout);
}

/** From /proc, since small Linux images have no `ps`. */
async function listFromProc(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const [program = ''] = line.split('\0');
      return { pid, executable: basename(program), commandLine: line.replaceAll('\0', ' ') };
    }),
  );
  return found.filter(({ commandLine }) => commandLine !== '');
}

async function listOnWindows(): Promise<Process[]> {
  const script = 'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }';
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-Command', script], {
    maxBuffer: MAX_OUTPUT_BYTES,
    windowsHide: true,
  });
  return parseLines(stdout);
}

/** Reads lines of pid and command line. The program ends at the first option, since its path may contain spaces. */
export function parseLines(output: string): Process[] {
  return output.split(/\r?\n/).flatMap((line) => {
    const [, pid, commandLine] = /^\s*(\d+)\s+(\S.*)$/.exec(line) ?? [];
    if (pid === undefined || commandLine === undefined) return [];
    const program = (commandLine.split(/\s-/, 1)[0] ?? '').trimEnd().replaceAll('"', '');
    return [{ pid: Number(pid), executable: win32.basename(program).replace(/\.exe$/i, ''), commandLine }];
  });
}

/** Whether a process of this pid exists, whoever owns it. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
