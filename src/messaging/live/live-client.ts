import { Readable } from 'node:stream';
import type { MessageEvent } from '../stream/message-events.repository.js';

/** What waits for a client at most, beside the buffers of its socket; one that lets more pile up is dropped. */
const MAX_WAITING_BYTES = 64 * 1_024;

/** One client that follows its messages, as server-sent events. */
export class LiveClient {
  readonly stream = new Readable({ read: () => undefined });
  /** Whether it gets what the hub reads; before, it catches up by itself. */
  isLive = false;

  /**
   * @param position `seq` of the last event that the client has
   * @param expiresAtMs when the client's token expires, ms since the epoch
   */
  constructor(
    readonly subject: string,
    readonly expiresAtMs: number,
    public position: number,
  ) {}

  /** Says where the client is, so that it can resume from there. */
  begin(event: 'ready' | 'reset'): void {
    this.push(`event: ${event}\nid: ${this.position}\ndata: {}\n\n`);
  }

  /** Sends `event`, unless the client has it. @returns whether it was sent */
  offer(event: MessageEvent, frame: string): boolean {
    if (event.seq <= this.position) return false;
    this.position = event.seq;
    return this.push(frame);
  }

  heartbeat(): void {
    this.push(': \n\n');
  }

  /** Says why, and ends. */
  end(reason: 'expired' | 'shutdown' | 'unavailable'): void {
    if (this.stream.destroyed || this.stream.readableEnded) return;
    this.stream.push(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.stream.push(null);
  }

  get isSlow(): boolean {
    return this.stream.readableLength > MAX_WAITING_BYTES;
  }

  private push(text: string): boolean {
    if (this.stream.destroyed) return false;
    this.stream.push(text);
    return true;
  }
}

/** An event as it is sent: made once for all clients. It has no text, which is read by the routes of messages. */
export function frameOf({ seq, messageId, conversationId, at }: MessageEvent): string {
  const data = JSON.stringify({ id: messageId, conversationId, at: at.toISOString() });
  return `event: message\nid: ${seq}\ndata: ${data}\n\n`;
}
