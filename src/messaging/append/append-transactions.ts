import { randomUUID } from 'node:crypto';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { dynamoErrorName } from '../../dynamo/dynamo-errors.js';
import { CONVERSATION_INDEX, sentIndex, type AppendRequest } from './append-request.js';
import { backoffMs, pauseFor } from '../../waiting/backoff.js';
import type { MessagingDocuments } from '../table/documents.js';
import {
  AFTER_CONFLICT,
  cancellationReasons,
  isPassing,
  isRefused,
  stringOf,
} from '../table/dynamo-faults.js';

/** Attempts while DynamoDB fails or throttles; the SDK makes two of each. */
const MAX_FAULTS = 3;
/** For all attempts of a batch together: who waits gives up at some time, and the batches behind it wait as well. */
const BATCH_DEADLINE_MS = 6_000;

/** How a transaction went. */
export type Outcome =
  | { readonly kind: 'written' }
  /** Another message is the newest by now. */
  | { readonly kind: 'moved'; readonly last: string | undefined }
  /** The idempotency keys of these drafts were used before. */
  | { readonly kind: 'repeated'; readonly indexes: readonly number[] }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'fault'; readonly error: unknown };

/** The transactions that one batch comes to, with the time and the faults that they have together. */
export class AppendTransactions {
  readonly deadline = AbortSignal.timeout(BATCH_DEADLINE_MS);
  /** One was sent, and no answer tells whether it was carried out. */
  mayBeKept = false;
  private faults = 0;

  constructor(private readonly documents: MessagingDocuments) {}

  /** Sends one request, again under the same token while it is not known whether it was carried out. */
  async carryOut({ items, sent }: AppendRequest): Promise<Outcome> {
    const input = { TransactItems: items, ClientRequestToken: randomUUID() };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.documents.attempt((client) =>
          client.send(this.command(input), { abortSignal: this.deadline }),
        );
        return { kind: 'written' };
      } catch (error) {
        const outcome = outcomeOf(error, sent.length);
        if (outcome.kind !== 'fault' || !this.mayTryAgain(error)) return outcome;
        await pauseFor(backoffMs(attempt + 2, AFTER_CONFLICT));
      }
    }
  }

  private mayTryAgain(error: unknown): boolean {
    if (!isPassing(error) || this.deadline.aborted) return false;
    this.faults += 1;
    return this.faults < MAX_FAULTS;
  }

  /** It sees how every attempt fails, also those that the SDK makes good by another one. */
  private command(input: TransactWriteCommandInput): TransactWriteCommand {
    const command = new TransactWriteCommand({ ...input });
    command.middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          this.mayBeKept ||= !isRefused(error);
          throw error;
        }
      },
      // Inside the SDK's retries, which come early in this step. Commands of lib-dynamodb merge their middleware twice.
      { step: 'finalizeRequest', priority: 'low', name: 'attempts', override: true },
    );
    return command;
  }
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
