import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CursorCodec, toPage, type Page, type PageRequest } from '../../common/pagination.js';
import { instant, uuid } from '../../common/validation.js';
import { BumpsRepository } from '../postgres/bumps.repository.js';
import { inboxTag } from '../cache-tags.js';
import type { Conversation, Correspondent, Message } from '../dto/message.dto.js';
import type { InboxEntry, StoredMessage } from '../table/items.js';
import { MessagesRepository, type InboxPosition } from '../table/messages.repository.js';
import { Correspondents } from './correspondents.js';
import { conversationNotFound, otherThan } from '../table/participants.js';
import { ULID } from '../ulid.js';

/** Reads conversations, and marks them as read. */
@Injectable()
export class ConversationsService {
  private readonly inboxCursors = new CursorCodec<InboxPosition>(
    'conversation',
    z.tuple([instant(), uuid()]),
  );
  private readonly messageCursors = new CursorCodec<[string]>('message', z.tuple([z.string().regex(ULID)]));

  constructor(
    private readonly repository: MessagesRepository,
    private readonly bumps: BumpsRepository,
    private readonly names: Correspondents,
  ) {}

  /** @throws {AppError} `REQUEST_INVALID` for a cursor of another list; `MESSAGES_UNAVAILABLE` */
  async list(userId: string, { limit, cursor }: PageRequest): Promise<Page<Conversation>> {
    const position = this.inboxCursors.decode([userId], cursor);
    const entries = await this.repository.inbox(userId, limit + 1, position);
    const nameOf = await this.names.of(entries.map((entry) => entry.with));
    return toPage(
      entries,
      limit,
      (entry) => toConversation(entry, nameOf),
      (entry) => this.inboxCursors.encode([userId], [entry.lastAt, entry.conversationId]),
    );
  }

  /** @throws {AppError} `CONVERSATION_NOT_FOUND`; `REQUEST_INVALID` for a cursor of another list; `MESSAGES_UNAVAILABLE` */
  async messages(userId: string, id: string, { limit, cursor }: PageRequest): Promise<Page<Message>> {
    const before = this.messageCursors.decode([id], cursor)?.[0];
    const [conversation, messages] = await Promise.all([
      this.repository.findConversation(id),
      this.repository.messages(id, limit + 1, before),
    ]);
    if (otherThan(userId, conversation) === undefined) throw conversationNotFound();
    const nameOf = await this.names.of(messages.map(({ from }) => from));
    return toPage(
      messages,
      limit,
      (message) => toMessage(message, nameOf),
      (message) => this.messageCursors.encode([id], [message.id]),
    );
  }

  /** @throws {AppError} `CONVERSATION_NOT_FOUND`; `MESSAGES_UNAVAILABLE`, `DATABASE_UNAVAILABLE`: ask again */
  async markRead(userId: string, id: string): Promise<void> {
    const marked = await this.repository.markRead(userId, id);
    if (marked === undefined) throw conversationNotFound();
    if (marked.writeId !== undefined) await this.bumps.bumpOnce(marked.writeId, [inboxTag(userId)]);
  }
}

type NameOf = (id: string) => Correspondent;

function toConversation(entry: InboxEntry, nameOf: NameOf): Conversation {
  return {
    id: entry.conversationId,
    with: nameOf(entry.with),
    lastMessage: { text: entry.lastText, at: entry.lastAt, from: entry.lastFrom },
    unread: entry.unread,
  };
}

function toMessage({ id, conversationId, from, text, at }: StoredMessage, nameOf: NameOf): Message {
  return { id, conversationId, from: nameOf(from), text, at };
}
