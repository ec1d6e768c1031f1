import { AuthorityUnavailableError } from '../base/errors.js';
import type { Tag } from './tag.js';
import { newerOf, type TagVersions, type Version } from './version.js';

/** Asks the authority once for the versions of `tags`, which may be none. */
export type Ask = (tags: readonly Tag[]) => Promise<TagVersions>;

interface Batch {
  readonly tags: Set<Tag>;
  readonly answer: PromiseWithResolvers<TagVersions>;
  waiting: number;
  /** Its answer may be older than what the map has been told to forget. */
  barred: boolean;
}

const MAX_WAITING = 20_000;

/**
 * Rule 4: one question in flight; all that wait share the next one. Rule 6: a request joins only a question that is not
 * yet sent, because an answer to one that is may be older than the request.
 */
export class RoundTrips {
  private inFlight: Batch | undefined;
  private next: Batch | undefined;
  private readonly heard = new Map<Tag, Version>();
  private closed: Error | undefined;

  /** @param learn takes each answer before anybody who waits for it, with nothing in between */
  constructor(
    private readonly ask: Ask,
    private readonly learn: (versions: TagVersions) => void = () => undefined,
  ) {}

  /**
   * The versions of `tags` as of some moment after this call, or newer where a notification said so meanwhile. More
   * tags than asked for may be in the answer.
   * @throws {AuthorityUnavailableError} when the question fails, is given up, or too many wait
   */
  request(tags: readonly Tag[]): Promise<TagVersions> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    this.next ??= { tags: new Set(), answer: Promise.withResolvers(), waiting: 0, barred: false };
    const batch = this.next;
    if (++batch.waiting > MAX_WAITING) return Promise.reject(new AuthorityUnavailableError());
    for (const tag of tags) batch.tags.add(tag);
    if (this.inFlight === undefined) void this.sendNext();
    return batch.answer.promise;
  }

  /** A notification: it may overtake the answer in flight, and then it is the newer of the two. */
  hear(tag: Tag, version: Version): void {
    if (this.inFlight?.tags.has(tag) === true) this.heard.set(tag, newerOf(this.heard.get(tag), version));
  }

  /** Bars the answer in flight from being learned; who waits for it still gets it. */
  bar(): void {
    if (this.inFlight !== undefined) this.inFlight.barred = true;
  }

  /** Gives up what is in flight and what waits; every later request fails. */
  close(reason: Error): void {
    this.closed ??= reason;
    for (const batch of [this.inFlight, this.next]) batch?.answer.reject(reason);
    this.inFlight = undefined;
    this.next = undefined;
  }

  /** Never rejects: the batch's promise carries the outcome. */
  private async sendNext(): Promise<void> {
    while (this.next !== undefined) {
      const batch = this.next;
      this.next = undefined;
      this.inFlight = batch;
      this.heard.clear();
      batch.answer.promise.catch(() => undefined);
      try {
        const answer = this.withHeard(await this.ask([...batch.tags]));
        if (this.inFlight === batch && !batch.barred) this.learn(answer);
        batch.answer.resolve(answer);
      } catch (error) {
        batch.answer.reject(new AuthorityUnavailableError(error));
      }
      if (this.inFlight !== batch) return;
      this.inFlight = undefined;
    }
  }

  private withHeard(answer: TagVersions): TagVersions {
    if (this.heard.size === 0) return answer;
    const merged = new Map(answer);
    for (const [tag, version] of this.heard) merged.set(tag, newerOf(merged.get(tag), version));
    return merged;
  }
}
