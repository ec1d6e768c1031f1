import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { EngineError } from '../engine-error.js';
import type { EnginePlace, EngineSpec } from '../engine-spec.js';
import type { KeeperMessage, KeeperRequest } from '../keeper-protocol.js';
import { readKeeperAddress, readRecord, writeRecord } from '../state-file.js';
import type { BoundedLog } from './bounded-log.js';
import { runEngine, type Running } from './engine-runner.js';
import type { Lock } from './lock.js';
import { stopOrphans } from './orphans.js';
import { UserDesk, type User } from './user-desk.js';

/** How long the engine of a dead user waits for another one: long enough for a process that is started again. */
const GRACE_MS = 1_000;
/** How long a failed keeper waits for its starter, to tell. */
const FAILURE_MS = 10_000;
/** How long users may take to finish when the system asks the keeper to end. */
const FAREWELL_MS = 10_000;
const MAX_DEATHS = 3;
const DEATHS_WINDOW_MS = 60_000;

/** Runs one engine for as long as it has users. */
export class Keeper {
  private readonly desk = new UserDesk({
    joined: (user) => this.welcome(user),
    left: (user, how) => this.takeLeave(user, how),
  });
  private readonly marker: string;
  private readonly abort = new AbortController();
  private readonly finished = Promise.withResolvers<void>();
  private work: Promise<void> = Promise.resolve();
  private running: Running | undefined;
  private enginePort: number | undefined;
  /** What a user who comes now is told. */
  private status: KeeperMessage | undefined;
  /** Lines that nobody has heard yet. */
  private unheard: string[] = [];
  private readonly leaving: User[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: KeeperRequest,
    private readonly spec: EngineSpec,
    private readonly lock: Lock,
    private readonly log: BoundedLog,
  ) {
    this.marker = markerOf(request.home);
  }

  /** Resolves when the engine has ended and the lock is free. */
  async run(): Promise<void> {
    const previous = readRecord(this.request.home);
    if (previous === 'damaged')
      this.notice('what was noted about its last run is damaged, and is written anew');
    if (typeof previous !== 'string') this.enginePort = previous.enginePort;
    const port = await this.desk.open();
    this.note({ pid: process.pid, port, token: this.desk.token });
    this.log.line(`pid ${process.pid} waits for users on port ${port}`);
    this.work = this.keepRunning().catch((error: unknown) => this.fail(error));
    await this.finished.promise;
  }

  /** The process that started this keeper has connected, or has found another one, or was killed. */
  starterLeft(): void {
    if (this.desk.count === 0) this.endWhenUnused(GRACE_MS);
  }

  /** The system asks to end: users may finish first. */
  end(): void {
    if (this.desk.count === 0) void this.shutDown();
    else this.startTimer(FAREWELL_MS, () => void this.shutDown());
  }

  private async keepRunning(): Promise<void> {
    const orphans = await stopOrphans(this.spec, this.marker);
    if (orphans.length > 0) {
      this.notice(
        `was still running, left behind by a killed process (pid ${orphans.join(', ')}): stopped it`,
      );
    }
    let deaths: number[] = [];
    while (!this.abort.signal.aborted) {
      this.running = await runEngine(this.spec, this.place(), this.enginePort);
      this.enginePort = this.running.port;
      this.note(readKeeperAddress(this.request.home));
      this.announce({ type: 'ready', address: this.running.address });
      const reason = await this.running.process.ended;
      this.running = undefined;
      if (this.abort.signal.aborted) return;
      deaths = [...deaths.filter((at) => at > performance.now() - DEATHS_WINDOW_MS), performance.now()];
      this.checkRestart(deaths.length, reason);
      this.announce({ type: 'restarting', reason });
    }
  }

  private checkRestart(deaths: number, reason: string): void {
    // Its folder may have been deleted, and another keeper may run there by now.
    if (readKeeperAddress(this.request.home)?.token !== this.desk.token) {
      throw new EngineError(`${this.spec.title} ended and its folder ${this.request.home} is gone`);
    }
    if (deaths > MAX_DEATHS) {
      throw new EngineError(
        `${this.spec.title} ended ${deaths} times within a minute, at last because ${reason}`,
      );
    }
  }

  private fail(error: unknown): void {
    if (this.abort.signal.aborted) return;
    this.log.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const reason =
      error instanceof EngineError ? error.message : `${this.spec.title} did not start: ${codeOf(error)}`;
    this.announce({ type: 'failed', reason });
    this.startTimer(FAILURE_MS, () => void this.shutDown());
  }

  private welcome(user: User): void {
    clearTimeout(this.timer);
    for (const line of this.unheard) user.send({ type: 'notice', line });
    this.unheard = [];
    if (this.status !== undefined) user.send(this.status);
  }

  private takeLeave(user: User, how: 'released' | 'died'): void {
    if (this.desk.count > 0) {
      user.dismiss({ type: 'released' });
    } else if (how === 'released' || this.status?.type === 'failed') {
      this.leaving.push(user);
      void this.shutDown();
    } else {
      this.endWhenUnused(GRACE_MS);
    }
  }

  private async shutDown(): Promise<void> {
    if (this.abort.signal.aborted) return;
    this.desk.close();
    clearTimeout(this.timer);
    this.abort.abort();
    await this.running?.process.stop(this.spec.stopSignal);
    await this.work;
    this.note(undefined);
    this.log.line('has ended');
    this.lock.release();
    for (const user of this.leaving) user.dismiss({ type: 'released' });
    this.finished.resolve();
  }

  private endWhenUnused(afterMs: number): void {
    this.startTimer(afterMs, () => {
      if (this.desk.count === 0) void this.shutDown();
    });
  }

  private startTimer(afterMs: number, action: () => void): void {
    clearTimeout(this.timer);
    if (!this.abort.signal.aborted) this.timer = setTimeout(action, afterMs);
  }

  private announce(message: KeeperMessage): void {
    this.status = message;
    const detail = 'reason' in message ? `: ${message.reason}` : '';
    this.log.line(`${message.type}${detail}`);
    this.desk.broadcast(message);
  }

  private notice(line: string): void {
    this.log.line(line);
    if (this.desk.count === 0) this.unheard.push(line);
    else this.desk.broadcast({ type: 'notice', line });
  }

  private note(keeper: ReturnType<typeof readKeeperAddress>): void {
    const { home } = this.request;
    const { enginePort } = this;
    writeRecord(home, {
      ...(keeper === undefined ? {} : { keeper }),
      ...(enginePort === undefined ? {} : { enginePort }),
    });
  }

  private place(): Omit<EnginePlace, 'port'> {
    return {
      home: this.request.home,
      marker: this.marker,
      options: this.request.options,
      signal: this.abort.signal,
      notice: (line) => this.notice(line),
      record: (output) => this.log.write(output),
    };
  }
}

/** One engine of one DATA_DIR: the same for every process of this machine, and free of spaces. */
export function markerOf(home: string): string {
  return `careline-${basename(home)}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault';
  return 'code' in error && typeof error.code === 'string'
    ? `${error.code} (${error.message})`
    : error.message;
}
