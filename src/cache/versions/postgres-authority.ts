import pg from 'pg';
import type { Clock } from '../base/clock.js';
import { AuthorityUnavailableError } from '../base/errors.js';
import {
  ASK,
  BUMP,
  CREATE,
  LOCK_CREATION,
  toFeedAnswer,
  toVersions,
  type TagRow,
} from './postgres-queries.js';
import { RoundTrips } from './round-trips.js';
import { EVERYTHING, type Tag } from './tag.js';
import { tryLookUp } from './try-look-up.js';
import { newerOf, type TagVersions, type Version } from './version.js';
import type { FeedState, VersionAuthority } from './version-authority.js';
import { VersionFeed, type FeedReport } from './version-feed.js';
import { VersionMap } from './version-map.js';
import { postgresFeedSessions } from './postgres-feed-session.js';
import type { OpenFeedSession } from './feed-session.js';

export interface PostgresAuthorityOptions {
  readonly connectionString: string;
  readonly clock: Clock;
  /** The bound of staleness in ms. */
  readonly feedTimeoutMs: number;
  /** Tags kept in memory. */
  readonly mapCapacity: number;
  readonly report: FeedReport;
  readonly random: () => number;
  /** Default: {@link postgresFeedSessions}. False: no feed, versions are read on every request. */
  readonly openFeed?: OpenFeedSession | false;
}

const DIRECT_CONNECTIONS = 2;
const DIRECT_TIMEOUT_MS = 1_000;

/** PostgreSQL as the version authority: table `cache_tag`, kept by triggers, told by NOTIFY. */
export class PostgresAuthority implements VersionAuthority {
  private readonly map: VersionMap;
  private readonly feed: VersionFeed | undefined;
  private readonly pool: pg.Pool;
  /** Look-ups beside the feed. They never enter the map: nothing orders them with its notifications. */
  private readonly besideFeed = new RoundTrips((tags) => this.askDirectly(tags));

  constructor(options: PostgresAuthorityOptions) {
    this.map = new VersionMap(options.mapCapacity);
    this.pool = new pg.Pool({
      connectionString: options.connectionString,
      max: DIRECT_CONNECTIONS,
      connectionTimeoutMillis: DIRECT_TIMEOUT_MS,
      query_timeout: DIRECT_TIMEOUT_MS,
      application_name: 'careline-versions',
    });
    this.pool.on('error', () => undefined);
    if (options.openFeed !== false) {
      this.feed = new VersionFeed({
        open: options.openFeed ?? postgresFeedSessions(options.connectionString),
        map: this.map,
        clock: options.clock,
        timeoutMs: options.feedTimeoutMs,
        report: options.report,
        random: options.random,
      });
    }
  }

  /** Begins to listen. Resolves after the first attempt, whatever came of it. */
  async start(): Promise<void> {
    await this.feed?.start();
  }

  get feedState(): FeedState {
    return this.feed?.state ?? 'dead';
  }

  known(tags: readonly Tag[]): TagVersions | undefined {
    if (this.feed?.trusted !== true) return undefined;
    const versions = new Map();
    for (const tag of tags) {
      const version = this.map.get(tag);
      if (version === undefined) return undefined;
      versions.set(tag, version);
    }
    return versions;
  }

  async lookUp(tags: readonly Tag[]): Promise<TagVersions> {
    if (this.feed?.trusted === true) {
      try {
        return this.noting(pick(await this.feed.lookUp(tags), tags));
      } catch {
        // The feed died meanwhile: ask beside it.
      }
    }
    return this.noting(pick(await this.besideFeed.request(tags), tags));
  }

  async barrier(tags: readonly Tag[] = []): Promise<TagVersions | undefined> {
    const proved = await this.feed?.barrier(tags);
    if (tags.length === 0) return undefined;
    return proved === undefined ? tryLookUp(this, tags) : pick(proved, tags);
  }

  get everything(): Version | undefined {
    return this.map.everything;
  }

  async bump(tags: readonly Tag[]): Promise<TagVersions> {
    try {
      return this.noting(toVersions((await this.pool.query<TagRow>(BUMP, [tags])).rows));
    } catch (error) {
      throw new AuthorityUnavailableError(error);
    }
  }

  async create(tags: readonly Tag[]): Promise<void> {
    let client: pg.PoolClient | undefined;
    try {
      client = await this.pool.connect();
      await client.query('BEGIN');
      await client.query(LOCK_CREATION);
      await client.query(CREATE, [tags]);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      // Not to be used again: its transaction may still be open.
      client?.release(true);
      throw new AuthorityUnavailableError(error);
    }
  }

  async close(): Promise<void> {
    this.feed?.close();
    this.besideFeed.close(new AuthorityUnavailableError());
    await this.pool.end();
  }

  /** Nothing orders answers beside the feed with what it says: an older `*` never takes the place of a newer one. */
  private noting(versions: TagVersions): TagVersions {
    const seen = versions.get(EVERYTHING);
    if (seen !== undefined) this.map.everything = newerOf(this.map.everything, seen);
    return versions;
  }

  /** Asks beside the feed. */
  protected async askDirectly(tags: readonly Tag[]): Promise<TagVersions> {
    const answer = toFeedAnswer((await this.pool.query<never>(ASK, [tags])).rows);
    if (answer.standby) throw new AuthorityUnavailableError();
    return answer.versions;
  }
}

/** Picks the requested tags out of a reply that several requests share. */
function pick(versions: TagVersions, tags: readonly Tag[]): TagVersions {
  const picked = new Map();
  for (const tag of tags) {
    const version = versions.get(tag);
    if (version !== undefined) picked.set(tag, version);
  }
  return picked;
}
