import { backoffMs } from '../../waiting/backoff.js';
import { AuthorityUnavailableError } from '../base/errors.js';
import type { Clock } from '../base/clock.js';
import type { FeedLoss } from '../base/events.js';
import type { FeedAnswer, FeedSession, OpenFeedSession } from './feed-session.js';
import { parseNotification } from './notification.js';
import { RoundTrips } from './round-trips.js';
import type { Tag } from './tag.js';
import type { TagVersions } from './version.js';
import type { FeedState } from './version-authority.js';
import type { VersionMap } from './version-map.js';

export interface FeedReport {
  connected(): void;
  lost(reason: FeedLoss): void;
  dropped(): void;
  /** A notification of a tag that this instance serves. */
  bumped?(tag: Tag): void;
}

export interface VersionFeedOptions {
  readonly open: OpenFeedSession;
  readonly map: VersionMap;
  readonly clock: Clock;
  /** The bound: how long ago the feed may have been proved fresh, in ms. */
  readonly timeoutMs: number;
  readonly report: FeedReport;
  /** In [0, 1), for the pause before a new connection. */
  readonly random: () => number;
}

/** One connection. It is the feed's epoch from the first proof of freshness until it is lost. */
interface Epoch {
  session: FeedSession | undefined;
  backend: number | undefined;
  lost: FeedLoss | undefined;
  /** Ends an attempt to connect. */
  deadline: NodeJS.Timeout | undefined;
  readonly roundTrips: RoundTrips;
}

const PINGS_PER_TIMEOUT = 4;
const PAUSES = { baseMs: 20, longestMs: 1_000 } as const;
const CONNECT_TIMEOUT_MS = 3_000;

/** A point in time on both clocks: the monotonic one stands still while a machine is suspended, the other may jump. */
interface Moment {
  readonly elapsed: number;
  readonly now: number;
}

const NEVER: Moment = { elapsed: -Infinity, now: -Infinity };

/**
 * Keeps a {@link VersionMap} current by listening, and knows whether the map may be trusted (rule 3). Every round trip
 * on the listening connection is a look-up, a ping and a barrier at once: its answer proves that all notifications of
 * commits before it was *sent* are in.
 */
export class VersionFeed {
  private epoch: Epoch | undefined;
  /** The newest attempt to connect, which may have become {@link epoch}. */
  private attempt: Epoch | undefined;
  private provedAt = NEVER;
  private askedAt: Moment | undefined;
  private failures = 0;
  private closed = false;
  private pings: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;

  constructor(private readonly options: VersionFeedOptions) {}

  /** Begins to listen, and goes on trying until {@link close}. Resolves after the first attempt, whatever came of it. */
  async start(): Promise<void> {
    const epoch: Epoch = {
      session: undefined,
      backend: undefined,
      lost: undefined,
      deadline: setTimeout(() => this.lose(epoch, 'unanswered'), CONNECT_TIMEOUT_MS).unref(),
      roundTrips: new RoundTrips(
        (tags) => this.ask(epoch, tags),
        (versions) => this.learn(versions),
      ),
    };
    this.attempt = epoch;
    try {
      const session = await this.options.open({
        notification: (payload) => this.hear(epoch, payload),
        closed: () => this.lose(epoch, 'connection-lost'),
      });
      epoch.session = session;
      if (epoch.lost !== undefined || this.closed) return session.close();
      // Rule 3: sent after LISTEN was confirmed, this question is the first proof of freshness, and no look-up that may
      // enter the map goes before it.
      await this.ask(epoch, []);
      if (this.closed) return session.close();
      this.begin(epoch);
    } catch {
      this.lose(epoch, 'connect-failed');
    } finally {
      clearTimeout(epoch.deadline);
    }
  }

  /** Rule 3, judged at each use: the last answered ping was sent at most the timeout ago. */
  get trusted(): boolean {
    return this.epoch !== undefined && this.age(this.provedAt) <= this.options.timeoutMs;
  }

  get state(): FeedState {
    if (this.epoch === undefined) return 'dead';
    return this.trusted ? 'live' : 'distrusted';
  }

  /**
   * Looks `tags` up on the listening connection; the answer enters the map.
   * @throws {AuthorityUnavailableError} when there is no feed, or it dies before the answer
   */
  lookUp(tags: readonly Tag[]): Promise<TagVersions> {
    return this.epoch?.roundTrips.request(tags) ?? Promise.reject(new AuthorityUnavailableError());
  }

  /**
   * Rule 5: resolves when every notification of commits before this call is in. A feed that cannot say so is lost: its
   * map is dropped and look-ups in flight never enter it.
   * @returns the versions that came with the answer, those of `tags` among them; undefined: there was none
   */
  async barrier(tags: readonly Tag[]): Promise<TagVersions | undefined> {
    const epoch = this.epoch;
    if (epoch === undefined) return undefined;
    try {
      if (this.trusted) return await epoch.roundTrips.request(tags);
    } catch {
      // Nobody knows which notifications are in.
    }
    this.lose(epoch, 'barrier-failed');
    return undefined;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.pause);
    if (this.attempt !== undefined) this.lose(this.attempt, 'connection-lost');
  }

  private begin(epoch: Epoch): void {
    this.options.map.clear();
    this.epoch = epoch;
    this.failures = 0;
    this.pings = setInterval(() => this.ping(epoch), this.options.timeoutMs / PINGS_PER_TIMEOUT).unref();
    this.options.report.connected();
  }

  private ping(epoch: Epoch): void {
    if (this.askedAt === undefined) epoch.roundTrips.request([]).catch(() => undefined);
    else if (this.age(this.askedAt) > this.options.timeoutMs) this.lose(epoch, 'unanswered');
  }

  private async ask(epoch: Epoch, tags: readonly Tag[]): Promise<TagVersions> {
    if (epoch.session === undefined || epoch.lost !== undefined) throw new AuthorityUnavailableError();
    const sentAt = this.moment();
    this.askedAt = sentAt;
    const answer = await epoch.session.ask(tags);
    if (epoch.lost !== undefined) throw new AuthorityUnavailableError();
    this.askedAt = undefined;
    epoch.backend ??= answer.backend;
    const flaw = flawOf(answer, epoch.backend);
    if (flaw !== undefined) {
      this.lose(epoch, flaw);
      throw new AuthorityUnavailableError();
    }
    // From the time of the question, not of the answer: only what was committed before it was sent is surely in.
    this.provedAt = sentAt;
    return answer.versions;
  }

  private learn(versions: TagVersions): void {
    for (const [tag, version] of versions) this.options.map.learn(tag, version);
  }

  private hear(epoch: Epoch, payload: string): void {
    if (this.epoch !== epoch) return;
    const notification = parseNotification(payload);
    if (notification.kind === 'drop') {
      epoch.roundTrips.bar();
      this.options.map.clear();
      this.options.report.dropped();
      return;
    }
    epoch.roundTrips.hear(notification.tag, notification.version);
    const served = this.options.map.update(notification.tag, notification.version);
    if (served) this.options.report.bumped?.(notification.tag);
  }

  /** Ends an epoch: the map is emptied, look-ups of this connection never enter it, and a new connection is tried. */
  private lose(epoch: Epoch, reason: FeedLoss): void {
    if (epoch.lost !== undefined) return;
    epoch.lost = reason;
    clearTimeout(epoch.deadline);
    epoch.roundTrips.close(new AuthorityUnavailableError());
    epoch.session?.close();
    this.askedAt = undefined;
    if (this.epoch === epoch) {
      clearInterval(this.pings);
      this.epoch = undefined;
      this.provedAt = NEVER;
      this.options.map.clear();
    }
    if (this.closed) return;
    this.options.report.lost(reason);
    this.startLater();
  }

  private startLater(): void {
    const pauseMs = backoffMs(this.failures++, { ...PAUSES, random: this.options.random });
    this.pause = setTimeout(() => void this.start(), pauseMs).unref();
  }

  private moment(): Moment {
    return { elapsed: this.options.clock.elapsed(), now: this.options.clock.now() };
  }

  private age(since: Moment): number {
    const { elapsed, now } = this.moment();
    return Math.max(elapsed - since.elapsed, now - since.now);
  }
}

function flawOf(answer: FeedAnswer, backend: number): FeedLoss | undefined {
  if (answer.standby) return 'standby';
  if (answer.backend !== backend) return 'backend-changed';
  return answer.listening ? undefined : 'not-listening';
}
