import type { Tag } from './tag.js';
import { parseTag } from './tag.js';
import { parseVersion, type TagVersions, type Version } from './version.js';
import type { FeedAnswer } from './feed-session.js';

/** The channel on which the triggers of `cache_tag` notify. */
export const CHANNEL = 'cache_tag';

/** A row of `cache_tag`, the counter as text. */
export interface TagRow {
  readonly tag: string;
  readonly version: string;
  readonly nonce: string;
}

/** One row whatever the tags are, so that an answer always carries the state of the server. */
export const ASK = `
  SELECT pg_backend_pid() AS backend,
         pg_is_in_recovery() AS standby,
         EXISTS (SELECT FROM pg_listening_channels() AS c WHERE c = '${CHANNEL}') AS listening,
         coalesce((SELECT json_agg(json_build_object('tag', tag, 'version', version::text, 'nonce', nonce))
                     FROM cache_tag WHERE tag = ANY ($1::text[])), '[]'::json) AS versions`;

/** Rule 2: the triggers of migration `cache_versions` call the same function, in the transaction that changes the data. */
export const BUMP = `SELECT tag, version::text AS version, nonce FROM cache_bump($1::text[])`;

/** Held until the end of the transaction by who creates rows: the number is the ASCII of "tags". */
export const LOCK_CREATION = `SELECT pg_advisory_xact_lock(1952540531)`;

/** A statement of its own after the lock, so that its snapshot has what the former holder committed. */
export const CREATE = `
  SELECT FROM cache_bump(ARRAY(SELECT unnest($1::text[]) EXCEPT SELECT tag FROM cache_tag WHERE tag = ANY ($1::text[])))`;

interface AskRow {
  readonly backend: number;
  readonly standby: boolean;
  readonly listening: boolean;
  readonly versions: readonly TagRow[];
}

/** @throws {TypeError} when the server's answer has another form */
export function toFeedAnswer(rows: readonly unknown[]): FeedAnswer {
  const row = rows[0] as AskRow | undefined;
  if (row === undefined) throw new TypeError('no answer');
  return {
    backend: row.backend,
    standby: row.standby,
    listening: row.listening,
    versions: toVersions(row.versions),
  };
}

/** Versions of rows of `cache_tag`. Rows that no constructor of tags could have made are left out. */
export function toVersions(rows: readonly TagRow[]): TagVersions {
  return new Map(
    rows.flatMap((row): [Tag, Version][] => {
      const version = parseVersion(`${row.version}.${row.nonce}`);
      return version === undefined ? [] : [[parseTag(row.tag), version]];
    }),
  );
}
