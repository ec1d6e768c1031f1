import { LRUCache } from 'lru-cache';
import { MessagesUnavailableError } from './dynamo-faults.js';

/** Drafts of one conversation that wait at most; the next one is refused. */
const MAX_WAITING = 500;
/** Two items a draft and three for the conversation; DynamoDB takes 100 in a transaction. */
const MAX_BATCH = 25;
/** A draft that was not sent by then is refused. With the time that its batch has, that is the longest for one append. */
const MAX_WAIT_MS = 4_000;
const MAX_REMEMBERED = 10_000;

/** What is queued: two with one `identity` never get into one batch. */
export interface Queued {
  readonly conversationId: string;
  readonly identity: string;
}

/**
 * Writes a batch of one conversation.
 * @param last the id of the newest message as this process knows it; undefined: it does not
 * @returns a result for each of the batch, in order, and the id of the newest message
 */
export type WriteBatch<Draft, Result> = (
  batch: readonly [Draft, ...Draft[]],
  last: string | undefined,
) => Promise<{ readonly results: readonly Result[]; readonly lastId: string | undefined }>;

interface Waiting<Draft, Result> {
  readonly draft: Draft;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  timer?: NodeJS.Timeout;
}

/**
 * One writer at a time for each conversation: writers of one process do not get into each other's way, and those that
 * wait while one writes go together in its next transaction.
 */
export class AppendQueue<Draft extends Queued, Result> {
  /** Those that wait, by conversation; there is an entry exactly while somebody writes. */
  private readonly queues = new Map<string, Waiting<Draft, Result>[]>();
  private readonly newest = new LRUCache<string, string>({ max: MAX_REMEMBERED });

  constructor(private readonly write: WriteBatch<Draft, Result>) {}

  /**
   * @throws {AppError} `MESSAGES_UNAVAILABLE` when too many wait, this one for too long, or DynamoDB is away for the batch before it: it was not sent; else what `write`
   *   throws for its batch
   */
  add(draft: Draft): Promise<Result> {
    const queue = this.queues.get(draft.conversationId);
    if (queue !== undefined && queue.length >= MAX_WAITING)
      return Promise.reject(new MessagesUnavailableError());
    return new Promise((resolve, reject) => {
      const waiting: Waiting<Draft, Result> = { draft, resolve, reject };
      if (queue !== undefined) {
        queue.push(waiting);
        waiting.timer = setTimeout(() => giveUp(queue, waiting), MAX_WAIT_MS).unref();
      } else {
        this.queues.set(draft.conversationId, [waiting]);
        void this.drain(draft.conversationId);
      }
    });
  }

  private async drain(conversationId: string): Promise<void> {
    for (;;) {
      const queue = this.queues.get(conversationId) ?? [];
      const [first, ...more] = takeBatch(queue);
      if (first === undefined) break;
      await this.writeBatch(conversationId, [first, ...more]);
    }
    this.queues.delete(conversationId);
  }

  private async writeBatch(
    conversationId: string,
    batch: readonly [Waiting<Draft, Result>, ...Waiting<Draft, Result>[]],
  ): Promise<void> {
    const [first, ...more] = batch;
    try {
      const drafts = [first.draft, ...more.map(({ draft }) => draft)] as const;
      const { results, lastId } = await this.write(drafts, this.newest.get(conversationId));
      if (lastId !== undefined) this.newest.set(conversationId, lastId);
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      this.newest.delete(conversationId);
      for (const { reject } of batch) reject(error);
      // What is away for one batch is away for the next: those that wait need not find out one after the other. All else,
      // such as others that are always first, or a mistake of ours, is of its own batch.
      if (error instanceof MessagesUnavailableError && error.isOutage)
        this.refuseWaiting(conversationId, error);
    }
  }

  /** They were never sent, whatever became of the batch before them. */
  private refuseWaiting(conversationId: string, { cause }: MessagesUnavailableError): void {
    const waiting = this.queues.get(conversationId) ?? [];
    const error = new MessagesUnavailableError({ cause, isOutage: true });
    for (const { reject } of takeFirst(waiting, waiting.length)) reject(error);
  }
}

/** Takes from the front of `queue` what may go together. */
function takeBatch<Draft extends Queued, Result>(queue: Waiting<Draft, Result>[]): Waiting<Draft, Result>[] {
  const identities = new Set<string>();
  let count = 0;
  for (const { draft } of queue) {
    if (count === MAX_BATCH || identities.has(draft.identity)) break;
    identities.add(draft.identity);
    count += 1;
  }
  return takeFirst(queue, count);
}

function takeFirst<Draft, Result>(queue: Waiting<Draft, Result>[], count: number): Waiting<Draft, Result>[] {
  const taken = queue.splice(0, count);
  for (const { timer } of taken) clearTimeout(timer);
  return taken;
}

function giveUp<Draft, Result>(queue: Waiting<Draft, Result>[], waiting: Waiting<Draft, Result>): void {
  queue.splice(queue.indexOf(waiting), 1);
  waiting.reject(new MessagesUnavailableError());
}
