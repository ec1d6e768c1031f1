import { Readable } from 'node:stream';

/** Why a stream of events ends, as its last event tells: the token has expired, the service stops, its source is away. */
export type EndReason = 'expired' | 'shutdown' | 'unavailable';

/** A client that has not read its end by then has stalled, and would keep the server from stopping. */
const END_GRACE_MS = 2_000;
/** Who is waited for and takes nothing for so long has stalled as well. */
const STALL_MS = 30_000;

/**
 * One client that gets server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) through
 * `stream`, until it goes away or is told the end.
 */
export class EventStream {
  /** Wants nothing in advance, so that it asks for more when all that waited was taken. */
  readonly stream = new Readable({ highWaterMark: 0, read: () => this.asked() });
  private hasEnded = false;
  private pushedBytes = 0;
  private wake: () => void = () => undefined;

  /** @param expiresAtMs when the client's token expires, ms since the epoch */
  constructor(
    readonly subject: string,
    readonly expiresAtMs: number,
  ) {
    this.stream.once('close', () => this.wake());
  }

  /** Bytes that the client has not taken yet, beside the buffers of its socket. */
  get waitingBytes(): number {
    return this.stream.readableLength;
  }

  /** @returns false: it has ended or gone away, and `text` is not sent */
  push(text: string): boolean {
    if (this.hasEnded || this.stream.destroyed) return false;
    this.pushedBytes += Buffer.byteLength(text);
    this.stream.push(text);
    return true;
  }

  /**
   * Resolves when nothing waits for the client any more, or it has gone away: for who has much to send, to send it in parts.
   * One caller at a time.
   * @returns false: it has taken nothing for 30 s
   */
  async taken(): Promise<boolean> {
    if (this.waitingBytes === 0 || this.stream.destroyed) return true;
    let takenBytes = this.takenBytes;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<boolean>((resolve) => {
        this.wake = () => resolve(true);
        timer = setInterval(() => {
          if (this.takenBytes === takenBytes) resolve(false);
          takenBytes = this.takenBytes;
        }, STALL_MS).unref();
      });
    } finally {
      clearInterval(timer);
    }
  }

  /** Says why, and ends; what waits is sent before. Once: a client that takes its time to read the end is told no other. */
  end(reason: EndReason): void {
    if (!this.push(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`)) return;
    this.hasEnded = true;
    this.stream.push(null);
    const timer = setTimeout(() => this.stream.destroy(), END_GRACE_MS).unref();
    this.stream.once('close', () => clearTimeout(timer));
  }

  /** Heartbeats are sent to who has stalled, too: what waits says nothing of what was taken. */
  private get takenBytes(): number {
    return this.pushedBytes - this.waitingBytes;
  }

  private asked(): void {
    if (this.waitingBytes === 0) this.wake();
    // Readers also ask while something waits. An empty answer makes the stream ask again; without one it would not.
    else this.stream.push('');
  }
}
