import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../../src/embedded/index.js';
import { markerOf } from '../../../src/embedded/keeper/keeper.js';
import { listProcesses } from '../../../src/embedded/keeper/processes.js';
import { readKeeperAddress } from '../../../src/embedded/state-file.js';
import { eventually } from './eventually.js';
import { TestUser, type UserOptions } from './user.js';

export const FAKE: Engine = {
  name: 'fake',
  title: 'Fake engine',
  module: join(import.meta.dirname, 'fake-engine.mjs'),
};

/** A DATA_DIR of a test, and who uses an engine there. `close` leaves nothing behind. */
export class Workbench {
  readonly root: string;
  private readonly users: TestUser[] = [];
  private readonly bystanders: ChildProcess[] = [];

  constructor(
    readonly engine: Engine,
    /** Of the DATA_DIR inside a new temporary folder. */
    path = 'data',
  ) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'careline-embedded-')));
    // Root's PostgreSQL runs as another user, who has to enter it.
    chmodSync(this.root, 0o755);
    this.dataDir = join(this.root, path);
  }

  readonly dataDir: string;

  get home(): string {
    return join(this.dataDir, this.engine.folder ?? this.engine.name);
  }

  /** A process that has nothing to do with engines, and ends with the test. */
  bystander(ids: Pick<SpawnOptions, 'uid' | 'gid'> = {}): ChildProcess {
    const bystander = spawn('sleep', ['300'], { ...ids, stdio: 'ignore' });
    this.bystanders.push(bystander);
    return bystander;
  }

  makeHome(): string {
    mkdirSync(this.home, { recursive: true });
    return this.home;
  }

  user(options?: UserOptions): TestUser {
    const user = new TestUser(options?.engine ?? this.engine, this.dataDir, options);
    this.users.push(user);
    return user;
  }

  /** Pids of the engine's processes, known by the marker in their command lines. */
  async enginePids(): Promise<number[]> {
    const home = existsSync(this.home) ? realpathSync(this.home) : this.home;
    const marker = markerOf(home);
    const processes = await listProcesses();
    return processes
      .filter(({ commandLine }) => commandLine.includes(marker) && !commandLine.startsWith('postgres: '))
      .map(({ pid }) => pid);
  }

  async enginePid(): Promise<number> {
    const pids = await this.enginePids();
    if (pids.length !== 1) throw new Error(`one engine expected, and there are ${pids.length}`);
    return pids[0]!;
  }

  keeperPid(): number {
    const keeper = readKeeperAddress(this.home);
    if (keeper === undefined) throw new Error('no keeper is known');
    return keeper.pid;
  }

  async engineEnds(): Promise<void> {
    await eventually('the engine ends', async () => (await this.enginePids()).length === 0);
  }

  /** Ends at once whatever of `pids` still runs, and waits until the process list agrees. */
  async kill(...pids: number[]): Promise<void> {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await eventually('they are gone', async () => {
      const running = new Set((await listProcesses()).map(({ pid }) => pid));
      return !pids.some((pid) => running.has(pid));
    });
  }

  /** How often the fake engine was started. */
  starts(): number {
    return readFileSync(join(this.home, 'starts'), 'utf8').trim().split('\n').length;
  }

  async close(): Promise<void> {
    for (const bystander of this.bystanders) bystander.kill();
    await Promise.all(this.users.map((user) => user.kill()));
    // Without users a keeper ends at once when it is told to, and does not wait for another one.
    for (const pid of await this.keeperPids()) process.kill(pid, 'SIGTERM');
    await eventually('the keepers end', async () => (await this.keeperPids()).length === 0, 20_000);
    await this.kill(...(await this.enginePids()));
    rmSync(this.root, { recursive: true, force: true });
  }

  private async keeperPids(): Promise<number[]> {
    const home = JSON.stringify(this.home);
    return (await listProcesses())
      .filter(({ commandLine }) => commandLine.includes(`"home":${home}`))
      .map(({ pid }) => pid);
  }
}
