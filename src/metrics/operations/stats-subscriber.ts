import { EventStream } from '../../common/event-stream/event-stream.js';

/** A client that has taken nothing for so many ticks has gone, or might as well have. */
const MAX_TICKS_MISSED = 30;

/**
 * One client of the stream of statistics. Each snapshot says everything, so a slow client misses some and needs no
 * buffer: at most one waits for it.
 */
export class StatsSubscriber extends EventStream {
  private missed = 0;

  /** Sends `message` unless an earlier one still waits; gives the client up after thirty in a row. */
  offer(message: string): void {
    if (this.waitingBytes === 0) {
      this.missed = 0;
      this.push(message);
    } else if (++this.missed >= MAX_TICKS_MISSED) {
      this.stream.destroy();
    }
  }
}
