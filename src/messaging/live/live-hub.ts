import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { EventStreamClients } from '../../common/event-stream/event-stream-clients.js';
import { MessageEventsRepository, type MessageEvent } from '../postgres/message-events.repository.js';
import { EventListener } from '../postgres/event-listener.js';
import { frameOf, LiveClient } from './live-client.js';

const LIMITS = { clients: 1_000, ofASubject: 100 };
const TICK_MS = 1_000;
/** Proxies close what is silent for longer. */
const HEARTBEAT_TICKS = 15;
/** Notifications can be lost; a read that finds nothing is one look at the end of an index. */
const READ_TICKS = 5;
/** What it comes to must not make a client slow, which is one for which more than 64 KiB wait. */
const PAGE = 200;
/** Who has missed more is better served by reading anew. */
const MAX_CATCH_UP = 50_000;

/** Sends new events to the live clients of this instance: read once for all of them. */
@Injectable()
export class LiveHub implements OnModuleDestroy {
  delivered = 0;
  dropped = 0;
  private readonly clients = new EventStreamClients<LiveClient>(LIMITS);
  /** `seq` up to which events were read and sent. */
  private cursor = 0;
  private started: Promise<void> | undefined;
  private listening: Promise<void> | undefined;
  private reading: Promise<void> | undefined;
  private isReadDue = false;
  private timer: NodeJS.Timeout | undefined;
  private ticks = 0;
  private isStopped = false;

  constructor(
    private readonly events: MessageEventsRepository,
    private readonly listener: EventListener,
  ) {}

  get clientCount(): number {
    return this.clients.size;
  }

  /**
   * The stream of `subject`'s events after `lastEventId`, or from now on. It ends at `expiresAtMs`, when the service stops,
   * and when the client is too slow.
   * @throws {AppError} `SERVICE_UNAVAILABLE` when there are too many, `RATE_LIMITED` when `subject` has too many,
   *   `DATABASE_UNAVAILABLE`
   */
  async open(subject: string, expiresAtMs: number, lastEventId: number | undefined): Promise<Readable> {
    this.clients.admit(subject);
    await (this.started ??= this.start());
    const { position, isReset } = await this.resumeAt(lastEventId);
    this.clients.admit(subject);
    const client = new LiveClient(subject, expiresAtMs, position);
    this.clients.add(client);
    client.begin(isReset ? 'reset' : 'ready');
    void this.catchUp(client);
    return client.stream;
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    this.clients.stop();
    this.listener.close();
    await this.listening;
    await this.reading;
  }

  private async start(): Promise<void> {
    try {
      this.cursor = (await this.events.bounds()).newest;
    } catch (error) {
      this.started = undefined;
      throw error;
    }
    if (this.isStopped) return;
    this.listening = this.listener.listen(() => this.readSoon());
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** A place that is no longer in the log, or never was, cannot be resumed from. */
  private async resumeAt(last: number | undefined): Promise<{ position: number; isReset: boolean }> {
    if (last === undefined) return { position: this.cursor, isReset: false };
    const { oldest, newest } = await this.events.bounds();
    if (last <= newest && last >= oldest - 1 && newest - last <= MAX_CATCH_UP) {
      return { position: last, isReset: false };
    }
    return { position: newest, isReset: true };
  }

  /** Sends what the client has missed, until it is where the hub is. That is seen and settled in one step, so nothing is
   * missed or sent twice. */
  private async catchUp(client: LiveClient): Promise<void> {
    try {
      while (client.position < this.cursor && !client.stream.destroyed) {
        const last = this.cursor;
        const missed = await this.events.ofUser(client.subject, client.position, last, PAGE);
        for (const event of missed) this.offer(client, event, frameOf(event));
        if (missed.length < PAGE) client.position = Math.max(client.position, last);
        // At its pace: who has missed much is not slow for that.
        else if (!(await client.taken())) this.drop(client);
      }
      client.isLive = true;
    } catch {
      // It comes back with the id of its last event, and misses nothing.
      client.end('unavailable');
    }
  }

  /** One read is under way at most; who asks meanwhile gets another one after it. */
  private readSoon(): void {
    this.isReadDue = true;
    this.reading ??= this.readAll().finally(() => (this.reading = undefined));
  }

  private async readAll(): Promise<void> {
    while (this.isReadDue && !this.isStopped) {
      this.isReadDue = false;
      // Faults are mended by the next notification, connect or tick.
      const page = await this.events.after(this.cursor, PAGE).catch(() => []);
      if (page.length === PAGE) this.isReadDue = true;
      for (const event of page) this.deliver(event);
    }
  }

  private deliver(event: MessageEvent): void {
    const frame = frameOf(event);
    this.cursor = event.seq;
    for (const client of this.clients) {
      if (client.isLive && event.participants.includes(client.subject)) this.offer(client, event, frame);
    }
  }

  private offer(client: LiveClient, event: MessageEvent, frame: string): void {
    if (client.offer(event, frame)) this.delivered += 1;
    if (client.isSlow) this.drop(client);
  }

  private drop(client: LiveClient): void {
    if (client.stream.destroyed) return;
    this.dropped += 1;
    client.stream.destroy();
  }

  private tick(): void {
    this.ticks += 1;
    this.clients.expire(Date.now());
    if (this.ticks % HEARTBEAT_TICKS === 0) for (const client of this.clients) client.heartbeat();
    if (this.clients.size > 0 && this.ticks % READ_TICKS === 0) this.readSoon();
  }
}
