import { Inject, Injectable } from '@nestjs/common';
import type { Draft, Drafts } from './append-request.js';
import { AppendRepository } from './append.repository.js';
import { MessagesUnavailableError } from '../table/dynamo-faults.js';
import type { SentRecord } from '../table/items.js';

/** Drafts of one conversation that wait at most; the next one is refused. */
const MAX_WAITING = 500;
/** Two items a draft and three for the conversation; DynamoDB takes 100 in a transaction. */
const MAX_BATCH = 25;
/** A draft that was not sent by then is refused. With the time that its batch has, that is the longest for one append. */
const MAX_WAIT_MS = 4_000;

interface Waiting {
  readonly draft: Draft;
  readonly resolve: (sent: SentRecord) => void;
  readonly reject: (error: unknown) => void;
  timer?: NodeJS.Timeout;
}
type Batch = readonly [Waiting, ...Waiting[]];

/**
 * One writer at a time for each conversation: writers of one process do not get into each other's way, and those that
 * wait while one writes go together in its next transaction.
 */
@Injectable()
export class AppendQueue {
  /** Those that wait, by conversation; there is an entry exactly while somebody writes. */
  private readonly queues = new Map<string, Waiting[]>();

  constructor(@Inject(AppendRepository) private readonly repository: Pick<AppendRepository, 'append'>) {}

  /**
   * Appends `draft` to its conversation, in its turn.
   * @returns what was sent under its idempotency key: this draft, or an earlier one
   * @throws {AppError} `MESSAGES_UNAVAILABLE` when too many wait, this one for too long, or DynamoDB is away for the batch
   *   before it: it was not sent; else what {@link AppendRepository.append} throws for its batch
   */
  append(draft: Draft): Promise<SentRecord> {
    const queue = this.queues.get(draft.conversationId);
    if (queue !== undefined && queue.length >= MAX_WAITING)
      return Promise.reject(new MessagesUnavailableError());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { draft, resolve, reject };
      if (queue !== undefined) {
        queue.push(waiting);
        waiting.timer = setTimeout(() => giveUp(queue, waiting), MAX_WAIT_MS).unref();
      } else void this.write(draft.conversationId, waiting);
    });
  }

  /** Writes batch after batch, until nobody waits. */
  private async write(conversationId: string, first: Waiting): Promise<void> {
    const queue: Waiting[] = [];
    this.queues.set(conversationId, queue);
    for (let batch: Batch | undefined = [first]; batch !== undefined; batch = takeBatch(queue)) {
      try {
        const sent = await this.repository.append(draftsOf(batch));
        batch.forEach(({ resolve }, index) => resolve(sent[index] as SentRecord));
      } catch (error) {
        for (const { reject } of batch) reject(error);
        // What is away for one batch is away for the next: those that wait need not find out one after the other. All
        // else, such as others that are always first, or a mistake of ours, is of its own batch.
        if (error instanceof MessagesUnavailableError && error.isOutage) refuseAll(queue, error);
      }
    }
    this.queues.delete(conversationId);
  }
}

/** Takes from the front of `queue` what may go together: no two under one key. Undefined: nobody waits. */
function takeBatch(queue: Waiting[]): Batch | undefined {
  const keys = new Set<string>();
  for (const { draft } of queue) {
    const key = `${draft.from} ${draft.idempotencyKey}`;
    if (keys.size === MAX_BATCH || keys.has(key)) break;
    keys.add(key);
  }
  const [first, ...more] = takeFirst(queue, keys.size);
  return first === undefined ? undefined : [first, ...more];
}

/** They were never sent, whatever became of the batch before them. */
function refuseAll(queue: Waiting[], { cause }: MessagesUnavailableError): void {
  const error = new MessagesUnavailableError({ cause, isOutage: true });
  for (const { reject } of takeFirst(queue, queue.length)) reject(error);
}

function giveUp(queue: Waiting[], waiting: Waiting): void {
  queue.splice(queue.indexOf(waiting), 1);
  waiting.reject(new MessagesUnavailableError());
}

function takeFirst(queue: Waiting[], count: number): Waiting[] {
  const taken = queue.splice(0, count);
  for (const { timer } of taken) clearTimeout(timer);
  return taken;
}

function draftsOf([first, ...more]: Batch): Drafts {
  return [first.draft, ...more.map(({ draft }) => draft)];
}
