import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { GetCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { dynamoErrorName } from '../dynamo/dynamo-errors.js';
import { backoffMs, pauseFor } from '../waiting/backoff.js';
import { AppendQueue } from './append-queue.js';
import {
  appendRequest,
  CONVERSATION_INDEX,
  sentIndex,
  type AppendRequest,
  type Draft,
} from './append-request.js';
import { MessagingDocuments } from './documents.repository.js';
import {
  AFTER_CONFLICT,
  cancellationReasons,
  isPassing,
  isRefused,
  MessagesUnavailableError,
  stringOf,
  toMessagingError,
} from './dynamo-faults.js';
import { conversationKey, parseConversation, parseSent, sentKey, type SentRecord } from './items.js';

/** Attempts of one transaction while other instances write to the same conversation. */
const MAX_CONFLICTS = 40;
/** Attempts while DynamoDB fails or throttles; the SDK makes two of each. */
const MAX_FAULTS = 3;
/** For all attempts of a batch together: who waits gives up at some time, and the batches behind it wait as well. */
const BATCH_DEADLINE_MS = 6_000;

/** The time of this machine, in ms since 1970. Conversations stay in order whatever it says. */
export type WallClock = () => number;
export const WallClock = Symbol('WallClock');

/** How a transaction went. */
type Outcome =
  | { readonly kind: 'written' }
  /** Another message is the newest by now. */
  | { readonly kind: 'moved'; readonly last: string | undefined }
  /** The idempotency keys of these drafts were used before. */
  | { readonly kind: 'repeated'; readonly indexes: readonly number[] }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'fault'; readonly error: unknown };

/** Appends messages to conversations. */
@Injectable()
export class AppendRepository {
  private readonly queue = new AppendQueue<Draft & { readonly identity: string }, SentRecord>((batch, last) =>
    this.write(batch, last),
  );

  constructor(
    private readonly documents: MessagingDocuments,
    @Inject(WallClock) private readonly now: WallClock,
  ) {}

  /**
   * Writes `draft` with the conversation, both inboxes and the idempotency item in one transaction.
   * @returns what was sent under its idempotency key: this draft, or an earlier one
   * @throws {AppError} `MESSAGES_UNAVAILABLE`: nothing was written, or nobody knows; the same key may be sent again
   */
  append(draft: Draft): Promise<SentRecord> {
    return this.queue.add({ ...draft, identity: `${draft.from} ${draft.idempotencyKey}` });
  }

  /** What `userId` sent under `idempotencyKey`; undefined when there is nothing, or it expired. */
  async findSent(
    userId: string,
    idempotencyKey: string,
    signal?: AbortSignal,
  ): Promise<SentRecord | undefined> {
    const item = await this.read(sentKey(userId, idempotencyKey), signal);
    const sent = item === undefined ? undefined : parseSent(item);
    return sent !== undefined && sent.ttl > Math.floor(this.now() / 1_000) ? sent : undefined;
  }

  /** Tells, where it fails, whether anything of it may have been kept all the same. */
  private async write(drafts: readonly [Draft, ...Draft[]], known: string | undefined) {
    let mayBeKept = false;
    try {
      return await this.writeAll(drafts, known, (error) => (mayBeKept ||= !isRefused(error)));
    } catch (error) {
      if (!(error instanceof MessagesUnavailableError)) throw error;
      const { cause, isOutage } = error;
      throw new MessagesUnavailableError({ cause, isOutage, mayBeKept });
    }
  }

  private async writeAll(
    drafts: readonly [Draft, ...Draft[]],
    known: string | undefined,
    onFault: (error: unknown) => void,
  ) {
    const deadline = AbortSignal.timeout(BATCH_DEADLINE_MS);
    const results = new Map<Draft, SentRecord>();
    let open: readonly Draft[] = drafts;
    let last = known ?? (await this.newestOf(drafts[0].conversationId, deadline));
    for (let conflicts = 0, faults = 0; isNotEmpty(open);) {
      const request = appendRequest(this.documents.table, open, last, this.now());
      const outcome = await this.settle(
        request,
        open.length,
        deadline,
        onFault,
        () => (faults += 1) < MAX_FAULTS,
      );
      switch (outcome.kind) {
        case 'written':
          open.forEach((draft, index) => results.set(draft, request.sent[index] as SentRecord));
          last = request.lastId;
          open = [];
          continue;
        case 'repeated':
          await this.collectRepeated(open, outcome.indexes, results, deadline);
          open = open.filter((draft) => !results.has(draft));
          continue;
        case 'moved':
          last = outcome.last;
          break;
        case 'conflict':
          break;
        case 'fault':
          // That the time is over in the middle of an attempt says nothing of DynamoDB, where it has answered before.
          if (conflicts > 0 && deadline.aborted) throw tooManyConflicts();
          throw toMessagingError(outcome.error);
      }
      await pauseFor(backoffMs((conflicts += 1), AFTER_CONFLICT));
      if (conflicts >= MAX_CONFLICTS || deadline.aborted) throw tooManyConflicts();
    }
    return { results: drafts.map((draft) => results.get(draft) as SentRecord), lastId: last };
  }

  /** Sends one request, again under the same token while it is not known whether it was carried out. */
  private async settle(
    { items }: AppendRequest,
    drafts: number,
    deadline: AbortSignal,
    onFault: (error: unknown) => void,
    mayRetry: () => boolean,
  ): Promise<Outcome> {
    const request = { TransactItems: items, ClientRequestToken: randomUUID() };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.documents.attempt((client) =>
          client.send(transaction(request, onFault), { abortSignal: deadline }),
        );
        return { kind: 'written' };
      } catch (error) {
        const outcome = outcomeOf(error, drafts);
        if (outcome.kind !== 'fault' || !isPassing(error) || deadline.aborted || !mayRetry()) return outcome;
        await pauseFor(backoffMs(attempt + 2, AFTER_CONFLICT));
      }
    }
  }

  private async collectRepeated(
    open: readonly Draft[],
    indexes: readonly number[],
    results: Map<Draft, SentRecord>,
    deadline: AbortSignal,
  ): Promise<void> {
    for (const index of indexes) {
      const draft = open[index] as Draft;
      const sent = await this.findSent(draft.from, draft.idempotencyKey, deadline);
      // Expired in this moment: it is tried again.
      if (sent !== undefined) results.set(draft, sent);
    }
  }

  private async newestOf(conversationId: string, signal: AbortSignal): Promise<string | undefined> {
    const item = await this.read(conversationKey(conversationId), signal);
    return item === undefined ? undefined : parseConversation(item).lastMessageId;
  }

  private async read(
    Key: { readonly PK: string; readonly SK: string },
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { Item } = await this.documents.ask((client) =>
      client.send(
        new GetCommand({ TableName: this.documents.table, Key, ConsistentRead: true }),
        signal === undefined ? {} : { abortSignal: signal },
      ),
    );
    return Item;
  }
}

/** @param onFault is told how every attempt failed, also those that the SDK makes good by another one */
function transaction(
  request: TransactWriteCommandInput,
  onFault: (error: unknown) => void,
): TransactWriteCommand {
  const command = new TransactWriteCommand({ ...request });
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        onFault(error);
        throw error;
      }
    },
    // Inside the SDK's retries, which come early in this step. Commands of lib-dynamodb merge their middleware twice.
    { step: 'finalizeRequest', priority: 'low', name: 'attempts', override: true },
  );
  return command;
}

function tooManyConflicts(): MessagesUnavailableError {
  return new MessagesUnavailableError({ cause: new Error('Too many conflicts.') });
}

function outcomeOf(error: unknown, drafts: number): Outcome {
  if (dynamoErrorName(error) === 'TransactionConflictException') return { kind: 'conflict' };
  const reasons = cancellationReasons(error);
  if (reasons === undefined) return { kind: 'fault', error };
  const failed = (index: number): boolean => reasons[index]?.Code === 'ConditionalCheckFailed';
  const indexes = Array.from({ length: drafts }, (_, index) => index).filter((index) =>
    failed(sentIndex(index)),
  );
  if (indexes.length > 0) return { kind: 'repeated', indexes };
  if (failed(CONVERSATION_INDEX)) {
    return { kind: 'moved', last: stringOf(reasons[CONVERSATION_INDEX]?.Item, 'lastMessageId') };
  }
  const isConflict = reasons.some(({ Code }) => Code === 'TransactionConflict');
  return isConflict ? { kind: 'conflict' } : { kind: 'fault', error };
}

function isNotEmpty<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}
