import type { Tag } from './tag.js';
import type { TagVersions } from './version.js';

/** What the authority answers on a listening connection, outside a transaction. */
export interface FeedAnswer {
  /** Process id of the server's session; it changes when a pooler hands the connection to another one. */
  readonly backend: number;
  /** Whether this session listens to the channel of versions. */
  readonly listening: boolean;
  /** Whether the server is a standby, which lags. */
  readonly standby: boolean;
  readonly versions: TagVersions;
}

/** One listening connection to the authority. */
export interface FeedSession {
  /** Sends one question; it is answered after every notification of commits that came before it. */
  ask(tags: readonly Tag[]): Promise<FeedAnswer>;
  close(): void;
}

/** What a session reports by itself. */
export interface FeedSessionEvents {
  /** Payload of a notification, see {@link parseNotification}. */
  notification(payload: string): void;
  /** The connection is gone. */
  closed(): void;
}

/** Opens a connection and resolves once LISTEN is confirmed. */
export type OpenFeedSession = (events: FeedSessionEvents) => Promise<FeedSession>;
