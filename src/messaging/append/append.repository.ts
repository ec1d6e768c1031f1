import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { appendRequest, type Draft, type Drafts } from './append-request.js';
import { AppendTransactions } from './append-transactions.js';
import { backoffMs, pauseFor } from '../../waiting/backoff.js';
import { MessagingDocuments } from '../table/documents.js';
import { AFTER_CONFLICT, MessagesUnavailableError, toMessagingError } from '../table/dynamo-faults.js';
import { parseConversation, parseSent, type SentRecord } from '../table/items.js';
import { conversationKey, sentKey } from '../table/keys.js';

/** Attempts of one batch while other instances write to the same conversation. */
const MAX_CONFLICTS = 40;
const MAX_REMEMBERED = 10_000;

/** The time of this machine, in ms since 1970. Conversations stay in order whatever it says. */
export type WallClock = () => number;
export const WallClock = Symbol('WallClock');

/** Appends messages to conversations. */
@Injectable()
export class AppendRepository {
  /** The newest message of a conversation as this process knows it: a first guess, which the transaction checks. */
  private readonly newest = new LRUCache<string, string>({ max: MAX_REMEMBERED });

  constructor(
    private readonly documents: MessagingDocuments,
    @Inject(WallClock) private readonly now: WallClock,
  ) {}

  /**
   * Writes `drafts`, which are of one conversation and have a key each, in their order: with the conversation, both inboxes
   * and the idempotency items in one transaction.
   * @returns what was sent under each one's idempotency key: this draft, or an earlier one
   * @throws {AppError} `MESSAGES_UNAVAILABLE`: nothing was written, or nobody knows; the same keys may be sent again
   */
  async append(drafts: Drafts): Promise<SentRecord[]> {
    const { conversationId } = drafts[0];
    const transactions = new AppendTransactions(this.documents);
    try {
      const sent = await this.untilSent(drafts, transactions);
      return drafts.map((draft) => sent.get(draft) as SentRecord);
    } catch (error) {
      this.newest.delete(conversationId);
      if (!(error instanceof MessagesUnavailableError)) throw error;
      const { cause, isOutage } = error;
      throw new MessagesUnavailableError({ cause, isOutage, mayBeKept: transactions.mayBeKept });
    }
  }

  /** What `userId` sent under `idempotencyKey`; undefined when there is nothing, or it expired. */
  async findSent(
    userId: string,
    idempotencyKey: string,
    signal?: AbortSignal,
  ): Promise<SentRecord | undefined> {
    const item = await this.documents.get(sentKey(userId, idempotencyKey), signal);
    const sent = item === undefined ? undefined : parseSent(item);
    return sent !== undefined && sent.ttl > Math.floor(this.now() / 1_000) ? sent : undefined;
  }

  private async untilSent(
    drafts: Drafts,
    transactions: AppendTransactions,
  ): Promise<ReadonlyMap<Draft, SentRecord>> {
    const { conversationId } = drafts[0];
    const { deadline } = transactions;
    const sent = new Map<Draft, SentRecord>();
    let last = this.newest.get(conversationId) ?? (await this.newestOf(conversationId, deadline));
    for (let open: readonly Draft[] = drafts, conflicts = 0; isNotEmpty(open);) {
      const request = appendRequest(this.documents.table, open, last, this.now());
      const outcome = await transactions.carryOut(request);
      switch (outcome.kind) {
        case 'written':
          open.forEach((draft, index) => sent.set(draft, request.sent[index] as SentRecord));
          last = request.lastId;
          break;
        case 'repeated':
          // One that expires in this moment is not found: it is tried again.
          for (const draft of outcome.indexes.map((index) => open[index] as Draft)) {
            const before = await this.findSent(draft.from, draft.idempotencyKey, deadline);
            if (before !== undefined) sent.set(draft, before);
          }
          break;
        case 'moved':
        case 'conflict':
          if (outcome.kind === 'moved') last = outcome.last;
          await pauseFor(backoffMs((conflicts += 1), AFTER_CONFLICT));
          if (conflicts >= MAX_CONFLICTS || deadline.aborted) throw tooManyConflicts();
          break;
        case 'fault':
          // That the time is over in the middle of an attempt says nothing of DynamoDB, where it has answered before.
          if (conflicts > 0 && deadline.aborted) throw tooManyConflicts();
          throw toMessagingError(outcome.error);
      }
      open = open.filter((draft) => !sent.has(draft));
    }
    if (last !== undefined) this.newest.set(conversationId, last);
    return sent;
  }

  private async newestOf(conversationId: string, signal: AbortSignal): Promise<string | undefined> {
    const item = await this.documents.get(conversationKey(conversationId), signal);
    return item === undefined ? undefined : parseConversation(item).lastMessageId;
  }
}

function tooManyConflicts(): MessagesUnavailableError {
  return new MessagesUnavailableError({ cause: new Error('Too many conflicts.') });
}

function isNotEmpty<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}
