import { AuthorityUnavailableError } from '../../src/cache/base/errors.js';
import { observeSnapshot } from '../../src/cache/core/snapshot.js';
import { EVERYTHING, uuidTag, type Tag } from '../../src/cache/versions/tag.js';
import type { TagVersions, Version } from '../../src/cache/versions/version.js';
import type { FeedState, VersionAuthority } from '../../src/cache/versions/version-authority.js';

export const PATIENT = uuidTag('patient')('7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34');
export const OTHER = uuidTag('patient')('00000000-8f0e-4c3b-9a57-2f8e6c1d0b34');
export const TAGS: readonly Tag[] = [EVERYTHING, PATIENT];

export function version(counter: number, nonce = `n${counter}`): Version {
  return { counter, nonce };
}

/** The versions `*`@1 and `patient`@`counter`, as a look-up or a snapshot may see them. */
export function versions(counter: number, nonce?: string): TagVersions {
  return new Map([
    [EVERYTHING, version(1)],
    [PATIENT, version(counter, nonce)],
  ]);
}

/** What the loader of a relational database does first: it tells the load which versions its snapshot sees. */
export function seeSnapshot(rows: TagVersions): Promise<void> {
  return observeSnapshot((tags) =>
    Promise.resolve(
      [...rows]
        .filter(([tag]) => tags.includes(tag))
        .map(([tag, { counter, nonce }]) => ({ tag, version: String(counter), nonce })),
    ),
  );
}

/** The port of versions, with its steps in a test's hand: a commit is known here only when the test tells it. */
export class FakeAuthority implements VersionAuthority {
  readonly feedState: FeedState = 'live';
  /** What is committed. */
  readonly committed = new Map<Tag, Version>(versions(1));
  /** What this instance was told: its map. */
  readonly told = new Map<Tag, Version>(versions(1));
  /** Rule 3: whether the feed is known to be fresh. */
  trusted = true;
  down = false;
  everything: Version | undefined;
  /** The tags of each look-up. */
  readonly lookUps: (readonly Tag[])[] = [];

  /** Raises `tag`; {@link tell} makes it known. */
  commit(tag: Tag = PATIENT): Version {
    const raised = version((this.committed.get(tag)?.counter ?? 0) + 1);
    this.committed.set(tag, raised);
    return raised;
  }

  tell(): void {
    for (const [tag, raised] of this.committed) this.told.set(tag, raised);
    this.everything = this.told.get(EVERYTHING);
  }

  known(tags: readonly Tag[]): TagVersions | undefined {
    if (!this.trusted || !tags.every((tag) => this.told.has(tag))) return undefined;
    this.everything = this.told.get(EVERYTHING);
    return pick(this.told, tags);
  }

  lookUp(tags: readonly Tag[]): Promise<TagVersions> {
    this.lookUps.push(tags);
    if (this.down) return Promise.reject(new AuthorityUnavailableError());
    this.everything = this.committed.get(EVERYTHING);
    return Promise.resolve(pick(this.committed, tags));
  }

  barrier(tags: readonly Tag[] = []): Promise<TagVersions | undefined> {
    this.tell();
    return Promise.resolve(tags.length === 0 ? undefined : pick(this.told, tags));
  }

  bump(tags: readonly Tag[]): Promise<TagVersions> {
    return Promise.resolve(new Map(tags.map((tag) => [tag, this.commit(tag)])));
  }

  create(tags: readonly Tag[]): Promise<void> {
    for (const tag of tags) if (!this.committed.has(tag)) this.commit(tag);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function pick(rows: ReadonlyMap<Tag, Version>, tags: readonly Tag[]): TagVersions {
  return new Map([...rows].filter(([tag]) => tags.includes(tag)));
}
