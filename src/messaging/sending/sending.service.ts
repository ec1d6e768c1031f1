import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import type { CurrentUser } from '../../users/dto/user.dto.js';
import { UsersService } from '../../users/users.service.js';
import { AppendQueue } from '../append/append-queue.js';
import { AppendRepository } from '../append/append.repository.js';
import { BumpsRepository } from '../postgres/bumps.repository.js';
import { tagsOfMessage } from '../cache-tags.js';
import { conversationIdOf } from '../table/participants.js';
import type { Message, NewMessage } from '../dto/message.dto.js';
import { MessagesUnavailableError } from '../table/dynamo-faults.js';
import { timeOf, type SentRecord } from '../table/items.js';
import { MessagesRepository } from '../table/messages.repository.js';
import { conversationNotFound, otherThan } from '../table/participants.js';

const RETRY_AFTER_SECONDS = 1;

/** Sends messages. */
@Injectable()
export class SendingService {
  constructor(
    private readonly users: UsersService,
    private readonly messages: MessagesRepository,
    private readonly appends: AppendQueue,
    private readonly appended: AppendRepository,
    private readonly bumps: BumpsRepository,
  ) {}

  /**
   * Sends a message: writes it, raises its tags, and only then answers (docs/consistency.md, rule 10). What was sent under
   * the same key before is not sent again: its tags are raised, if that was not done, and it is answered.
   * @throws {AppError} `USER_NOT_FOUND`, `CONVERSATION_NOT_FOUND`; `ENTITY_UNPROCESSABLE` for a message to oneself, or
   *   another message under the same key; `MESSAGES_UNAVAILABLE`, `DATABASE_UNAVAILABLE`: send it again, with the same key;
   *   without one, only what has a `retryAfterSeconds`: all else was kept, and is shown later, or nobody knows
   */
  async send(userId: string, message: NewMessage, key?: string): Promise<Message> {
    const sender = await this.users.current(userId);
    const hash = hashOf(message);
    const sent =
      (key === undefined ? undefined : await this.appended.findSent(userId, key)) ??
      (await this.append(sender, message, hash, key));
    if (sent.hash !== hash) {
      throw new AppError('ENTITY_UNPROCESSABLE', 'Another message was sent under this Idempotency-Key.');
    }
    await this.raise(userId, sent, key);
    return {
      id: sent.messageId,
      conversationId: sent.conversationId,
      from: { id: sender.id, handle: sender.handle, displayName: sender.displayName },
      text: message.text,
      at: timeOf(sent.messageId),
    };
  }

  private async append(
    sender: CurrentUser,
    message: NewMessage,
    hash: string,
    key: string | undefined,
  ): Promise<SentRecord> {
    const to = await this.recipient(sender, message);
    const writeId = randomUUID();
    const appending = this.appends.append({
      conversationId: conversationIdOf(sender.id, to),
      from: sender.id,
      to,
      text: message.text,
      // Without a key of the client's it still tells our own second attempt from the first one.
      idempotencyKey: key ?? writeId,
      hash,
      writeId,
    });
    return key === undefined ? appending.catch(toErrorWithoutKey) : appending;
  }

  private async recipient(sender: CurrentUser, { to, conversationId }: NewMessage): Promise<string> {
    if (conversationId !== undefined) {
      const conversation = await this.messages.findConversation(conversationId);
      const other = otherThan(sender.id, conversation);
      if (other === undefined) throw conversationNotFound();
      if ((await this.users.findById(other)) === undefined) throw noSuchUser();
      return other;
    }
    const user = await this.users.findByHandle(to ?? '');
    if (user === undefined) throw noSuchUser();
    if (user.id !== sender.id) return user.id;
    const errors = [{ field: 'to', message: 'must be somebody else' }];
    throw new AppError('ENTITY_UNPROCESSABLE', 'Nobody writes to themselves: see errors.', { errors });
  }

  private async raise(
    from: string,
    { writeId, conversationId, to }: SentRecord,
    key: string | undefined,
  ): Promise<void> {
    try {
      await this.bumps.bumpOnce(writeId, tagsOfMessage({ conversationId, from, to }));
    } catch (cause) {
      const kept = 'The message was kept, but not everybody may see it yet.';
      // Without a key the same again would be another message: nobody is asked to try, and the stream raises the tags.
      throw key === undefined
        ? new AppError('DATABASE_UNAVAILABLE', `${kept} It will be shown: do not send it again.`, { cause })
        : new AppError('DATABASE_UNAVAILABLE', `${kept} Send it again with the same Idempotency-Key.`, {
            cause,
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          });
    }
  }
}

/** Of what the client sent, after validation: two requests are the same when these are. */
function hashOf({ to, conversationId, text }: NewMessage): string {
  return createHash('sha256')
    .update(JSON.stringify([to ?? null, conversationId ?? null, text]))
    .digest('base64url');
}

/** Without a key the same again may be a second message: where the first may have been kept, nobody is asked to try. */
function toErrorWithoutKey(error: unknown): never {
  if (!(error instanceof MessagesUnavailableError) || !error.mayBeKept) throw error;
  const detail =
    'Nobody answers whether the message was kept: it may have been. See whether it is shown before you send it again.';
  throw new AppError('MESSAGES_UNAVAILABLE', detail, { cause: error });
}

function noSuchUser(): AppError {
  return new AppError('USER_NOT_FOUND', 'No such user can get messages.');
}
