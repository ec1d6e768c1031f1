import { EventStream } from '../../common/event-stream/event-stream.js';
import type { MessageEvent } from '../postgres/message-events.repository.js';

/** What waits for a client at most; one that lets more pile up is dropped. */
const MAX_WAITING_BYTES = 64 * 1_024;

/** One client that follows its messages. */
export class LiveClient extends EventStream {
  /** Whether it gets what the hub reads; before, it catches up by itself. */
  isLive = false;

  /** @param position `seq` of the last event that the client has */
  constructor(
    subject: string,
    expiresAtMs: number,
    public position: number,
  ) {
    super(subject, expiresAtMs);
  }

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

  get isSlow(): boolean {
    return this.waitingBytes > MAX_WAITING_BYTES;
  }
}

/** An event as it is sent: made once for all clients. It has no text, which is read by the routes of messages. */
export function frameOf({ seq, messageId, conversationId, at }: MessageEvent): string {
  const data = JSON.stringify({ id: messageId, conversationId, at: at.toISOString() });
  return `event: message\nid: ${seq}\ndata: ${data}\n\n`;
}
