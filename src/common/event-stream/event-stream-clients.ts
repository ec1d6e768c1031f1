import { AppError } from '../errors/app-error.js';
import type { EventStream } from './event-stream.js';

export interface EventStreamLimits {
  readonly clients: number;
  /** A browser that loses its connection may be gone for a while before we hear of it. */
  readonly ofASubject: number;
}

const RETRY_AFTER_SECONDS = 5;

/** The clients of one kind of event stream: so many at most, each until it closes, its token expires, or the service stops. */
export class EventStreamClients<Client extends EventStream> {
  private readonly clients = new Set<Client>();
  private isStopped = false;

  /** @param left is called after a client has closed */
  constructor(
    private readonly limits: EventStreamLimits,
    private readonly left: () => void = () => undefined,
  ) {}

  get size(): number {
    return this.clients.size;
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.clients.values();
  }

  /** @throws {AppError} `SERVICE_UNAVAILABLE` when there are too many, `RATE_LIMITED` when `subject` has too many */
  admit(subject: string): void {
    const { clients, ofASubject } = this.limits;
    const own = [...this.clients].filter((client) => client.subject === subject).length;
    if (this.isStopped || this.clients.size >= clients) {
      throw refusal('SERVICE_UNAVAILABLE', 'No more streams can be served at the moment.');
    }
    if (own >= ofASubject) {
      throw refusal('RATE_LIMITED', `At most ${ofASubject} streams of one user are served.`);
    }
  }

  /** Without a pause after {@link admit}. */
  add(client: Client): void {
    this.clients.add(client);
    client.stream.once('close', () => {
      this.clients.delete(client);
      this.left();
    });
  }

  /** Ends those whose token has expired. */
  expire(nowMs: number): void {
    for (const client of this.clients) if (nowMs >= client.expiresAtMs) client.end('expired');
  }

  /** Ends all, and admits no more: before the server waits for requests in flight, of which each stream is one. */
  stop(): void {
    this.isStopped = true;
    for (const client of this.clients) client.end('shutdown');
  }
}

function refusal(code: 'SERVICE_UNAVAILABLE' | 'RATE_LIMITED', message: string): AppError {
  return new AppError(code, message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
