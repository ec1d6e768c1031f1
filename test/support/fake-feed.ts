import type {
  FeedAnswer,
  FeedSession,
  FeedSessionEvents,
  OpenFeedSession,
} from '../../src/cache/versions/feed-session.js';
import { formatVersion, type TagVersions, type Version } from '../../src/cache/versions/version.js';
import type { Tag } from '../../src/cache/versions/tag.js';

/** A question that a test answers when it wants to. */
export interface Question {
  readonly tags: readonly Tag[];
  /** Fixes the answer as the server has it now; it is in flight until {@link arrive}. */
  execute(): void;
  arrive(overrides?: Partial<FeedAnswer>): void;
}

/**
 * A server of versions whose steps a test takes one by one: for interleavings that a real connection cannot be held
 * still in. Tests of the same rules on a real PostgreSQL stand beside those that use it.
 */
export class FakeFeed {
  readonly versions = new Map<Tag, Version>();
  readonly questions: Question[] = [];
  private readonly sessions: FeedSessionEvents[] = [];
  /** Answers at once, without a test's doing. */
  automatic = true;

  readonly open: OpenFeedSession = (events) => {
    const session: FeedSession = {
      ask: (tags) => this.ask(tags, this.sessions.length),
      close: () => undefined,
    };
    this.sessions.push(events);
    return Promise.resolve(session);
  };

  get connections(): number {
    return this.sessions.length;
  }

  /** A commit that raises `tag`; its notification is not yet delivered. */
  commit(tag: Tag, version: Version): () => void {
    this.versions.set(tag, version);
    return () => this.sessions.at(-1)?.notification(`${formatVersion(version)} ${tag}`);
  }

  notify(payload: string): void {
    this.sessions.at(-1)?.notification(payload);
  }

  /** The newest connection is gone. */
  hangUp(): void {
    this.sessions.at(-1)?.closed();
  }

  private ask(tags: readonly Tag[], backend: number): Promise<FeedAnswer> {
    const answer = Promise.withResolvers<FeedAnswer>();
    let executed: TagVersions | undefined;
    const read = (): TagVersions => new Map(tags.flatMap((tag) => pairOf(tag, this.versions.get(tag))));
    const question: Question = {
      tags,
      execute: () => {
        executed = read();
      },
      arrive: (overrides = {}) =>
        answer.resolve({
          backend,
          listening: true,
          standby: false,
          versions: executed ?? read(),
          ...overrides,
        }),
    };
    this.questions.push(question);
    if (this.automatic) question.arrive();
    return answer.promise;
  }
}

function pairOf(tag: Tag, version: Version | undefined): [Tag, Version][] {
  return version === undefined ? [] : [[tag, version]];
}
