import { Injectable } from '@nestjs/common';
import { onDatabase } from '../../prisma/prisma-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { StoredMessage } from '../table/items.js';

/** Serialises those who append events: any number that nobody else uses. */
const APPEND_LOCK = 5_270_311;

/** PostgreSQL's channel that says: there are new events. */
export const EVENTS_CHANNEL = 'message_event';

/** How long events are kept, in hours: longer than the stream keeps records (24 h), or one read again would be new. */
const EVENT_HOURS = 48;

/** A message that the stream brought. */
export interface MessageEvent {
  /** Grows in the order of the commits, so whoever has seen one has seen all before it. */
  readonly seq: number;
  readonly conversationId: string;
  readonly messageId: string;
  readonly participants: readonly string[];
  readonly at: Date;
}

type Row = Omit<MessageEvent, 'seq'> & { readonly seq: bigint };

/** The log of messages in the order in which the stream brought them. */
@Injectable()
export class MessageEventsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Appends the event of `message` unless it is there, and notifies. The lock is held through the commit: no event becomes
   * visible after one with a higher `seq`.
   * @returns whether this call appended it
   */
  async append(message: StoredMessage): Promise<boolean> {
    const participants = [message.from, message.to];
    return onDatabase(() =>
      this.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${APPEND_LOCK})`;
        const appended = await tx.$executeRaw`
          INSERT INTO message_event (conversation_id, message_id, participants, at)
          SELECT ${message.conversationId}::uuid, ${message.id}, ${participants}::uuid[], ${message.at}::timestamptz
          WHERE NOT EXISTS (SELECT FROM message_event WHERE message_id = ${message.id})`;
        if (appended > 0) await tx.$executeRaw`SELECT pg_notify(${EVENTS_CHANNEL}, '')`;
        return appended > 0;
      }),
    );
  }

  /** Events after `seq`, oldest first. */
  async after(seq: number, limit: number): Promise<MessageEvent[]> {
    const rows = await onDatabase(
      () => this.prisma.$queryRaw<Row[]>`
      SELECT seq, conversation_id AS "conversationId", message_id AS "messageId", participants, at
      FROM message_event WHERE seq > ${seq} ORDER BY seq LIMIT ${limit}`,
    );
    return rows.map(toEvent);
  }

  /** Events of the conversations of `userId` after `seq` up to `last`, oldest first. */
  async ofUser(userId: string, seq: number, last: number, limit: number): Promise<MessageEvent[]> {
    const rows = await onDatabase(
      () => this.prisma.$queryRaw<Row[]>`
      SELECT seq, conversation_id AS "conversationId", message_id AS "messageId", participants, at
      FROM message_event WHERE seq > ${seq} AND seq <= ${last} AND ${userId}::uuid = ANY (participants)
      ORDER BY seq LIMIT ${limit}`,
    );
    return rows.map(toEvent);
  }

  /** The oldest and the newest event that is kept; zeros where there is none. */
  async bounds(): Promise<{ readonly oldest: number; readonly newest: number }> {
    const rows = await onDatabase(
      () => this.prisma.$queryRaw<{ oldest: bigint | null; newest: bigint | null }[]>`
      SELECT min(seq) AS oldest, max(seq) AS newest FROM message_event`,
    );
    return { oldest: Number(rows[0]?.oldest ?? 0), newest: Number(rows[0]?.newest ?? 0) };
  }

  /**
   * Deletes what nobody resumes from any more: all before the first event that is young enough. `at` is by the clocks of
   * writers, and by that alone there would be holes, over which a client resumes without hearing of what it missed.
   */
  async prune(): Promise<void> {
    await onDatabase(
      () => this.prisma.$executeRaw`
      DELETE FROM message_event WHERE seq < (
        SELECT seq FROM message_event WHERE at >= now() - make_interval(hours => ${EVENT_HOURS}::int)
        ORDER BY seq LIMIT 1)`,
    );
  }
}

function toEvent({ seq, ...rest }: Row): MessageEvent {
  return { seq: Number(seq), ...rest };
}
