import { EngineError } from './engine-error.js';
import type { EngineOptions } from './engine-spec.js';
import type { KeeperLink } from './keeper-link.js';
import type { KeeperMessage, KeeperRequest } from './keeper-protocol.js';
import { findKeeper } from './keeper-search.js';
import { makeHome } from './keeper-spawn.js';

const MAX_JOINS = 5;
/** More than a keeper needs to give up by itself. */
const START_TIMEOUT_MS = 120_000;

/** An engine that can be asked for. */
export interface Engine {
  readonly name: string;
  /** Its folder inside DATA_DIR: one engine runs for each. `name` when absent. */
  readonly folder?: string;
  readonly title: string;
  /** Absolute path of the built module that exports its `EngineSpec`. */
  readonly module: string;
}

/** How an embedded engine is. */
export interface EngineState {
  readonly name: string;
  readonly status: 'ready' | 'restarting' | 'unavailable' | 'stopped';
  /** Why it is not ready. */
  readonly reason?: string;
}

export interface EngineHoldOptions {
  readonly dataDir: string;
  readonly options?: EngineOptions;
  /** Takes lines for people: what happened to the engine. */
  readonly log: (line: string) => void;
}

/** One process's hold on an engine. The engine runs while somebody holds it: until the last user lets go or dies. */
export class EngineHold {
  private status: EngineState['status'] = 'restarting';
  private reason: string | undefined;
  private url: string | undefined;
  private link: KeeperLink | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly request: KeeperRequest,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Starts the engine, or joins those who use it already; resolves when it takes requests.
   * @throws {EngineError} when it does not run, with the reason in one line
   */
  static async acquire(
    engine: Engine,
    { dataDir, options = {}, log }: EngineHoldOptions,
  ): Promise<EngineHold> {
    const request = { home: makeHome(dataDir, engine.folder ?? engine.name), module: engine.module, options };
    const hold = new EngineHold(engine, request, (line) => log(`${engine.title}: ${line}`));
    await hold.join();
    return hold;
  }

  /** Where the engine is, as a URL that may carry a password. It stays the same for as long as the hold lasts. */
  get address(): string {
    if (this.url === undefined) throw new EngineError(`${this.engine.title} has no address`);
    return this.url;
  }

  get state(): EngineState {
    const { reason } = this;
    return { name: this.engine.name, status: this.status, ...(reason === undefined ? {} : { reason }) };
  }

  /** Lets go of the engine. When this was its last user, it has ended when the promise resolves. */
  async release(): Promise<void> {
    this.become('stopped');
    await this.link?.release();
  }

  /** Joins the users of the engine. A keeper that ends just then, because its last user left, is followed by another. */
  private async join(): Promise<void> {
    for (let i = 0; i < MAX_JOINS; i += 1) {
      const answer = Promise.withResolvers<'ready' | 'failed' | 'lost'>();
      const { link, isOwn } = await findKeeper(this.request, {
        onMessage: (message) => {
          this.take(message);
          if (message.type === 'ready' || message.type === 'failed') answer.resolve(message.type);
        },
        onLost: () => {
          answer.resolve('lost');
          if (this.link === link) void this.rejoin();
        },
      });
      const timer = setTimeout(() => answer.resolve('lost'), START_TIMEOUT_MS);
      const outcome = await answer.promise;
      clearTimeout(timer);
      if (outcome === 'ready') return this.settle(link, isOwn);
      link.close();
      if (outcome === 'failed') throw new EngineError(this.reason);
    }
    throw new EngineError(`${this.engine.title} ended again and again while it started`);
  }

  private settle(link: KeeperLink, isOwn: boolean): void {
    if (this.status === 'stopped') return link.close();
    this.link = link;
    link.unref();
    this.log(isOwn ? 'started' : 'runs already and is shared');
  }

  private take(message: KeeperMessage): void {
    if (message.type === 'notice') this.log(message.line);
    else if (message.type === 'ready') this.isReady(message.address);
    else if (message.type === 'restarting') this.become('restarting', message.reason);
    else if (message.type === 'failed') {
      this.become('unavailable', message.reason);
      this.link?.close();
    }
  }

  private isReady(address: string): void {
    this.url ??= address;
    // Whoever was told the address has it in its connections: only a new start can change it.
    if (this.url === address) this.become('ready');
    else this.become('unavailable', 'came back at another address: start this process again');
  }

  /** The keeper was killed. A new one stops the engine that it left behind, and starts it again at the same address. */
  private async rejoin(): Promise<void> {
    if (this.status === 'stopped' || this.status === 'unavailable') return;
    this.become('restarting', 'the process that keeps it ended');
    try {
      await this.join();
    } catch (error) {
      this.become('unavailable', error instanceof Error ? error.message : 'unknown fault');
    }
  }

  private become(status: EngineState['status'], reason?: string): void {
    if (this.status === 'stopped') return;
    if (reason !== undefined) this.log(`${status}: ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}
