import type { CacheEvent } from '../base/events.js';
import type { FeedLoss } from '../base/events.js';

/** Where an operator reads what happens. */
export interface TransitionLogger {
  warn(line: string): void;
  error(line: string): void;
}

/** Logs changes of state, never single faults: an outage is a few lines, not one a request. */
export class TransitionLog {
  private feedLost = false;

  constructor(private readonly logger: TransitionLogger) {}

  readonly report = (event: CacheEvent): void => {
    if (event.type === 'breaker') this.logger.warn(`The breaker of the shared tier is ${event.state}.`);
    else if (event.type === 'lease-breaker')
      this.logger.warn(`The breaker of the shared tier's leases is ${event.state}.`);
    else if (event.type === 'feed-lost') this.lost(event.reason);
    else if (event.type === 'feed-connected') this.connected();
    else if (event.type === 'flushed') this.logger.warn(`An operator flushed ${event.kind}.`);
    else if (event.type === 'checked' && event.outcome === 'inconsistent') {
      this.logger.error(`A hit of ${event.name} was not what the origin says under the same versions.`);
    }
  };

  /** Attempts to connect again fail one after another, and are one change. */
  private lost(reason: FeedLoss): void {
    if (!this.feedLost) {
      this.logger.warn(`The version feed is lost (${reason}): versions are read on every request.`);
    }
    this.feedLost = true;
  }

  private connected(): void {
    if (this.feedLost) this.logger.warn('The version feed is back: versions are known from memory.');
    this.feedLost = false;
  }
}
