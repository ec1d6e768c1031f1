import { Inject, Injectable } from '@nestjs/common';
import { AuthorityUnavailableError } from '../base/errors.js';
import { CacheRuntime } from '../http/cache-runtime.js';
import type { CachePrincipal } from '../http/routes/route-key.js';
import { Routes } from '../http/routes.js';
import { EVERYTHING, type Tag } from '../versions/tag.js';
import { formatVersion } from '../versions/version.js';
import { CacheStats } from '../stats/cache-stats.js';
import { explain, type Explanation } from './explain.js';
import { overviewOf, type CacheOverview } from '../stats/overview.js';

/** What operators ask of a running cache. */
@Injectable()
export class CacheAdmin {
  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly routes: Routes,
    private readonly stats: CacheStats,
  ) {}

  overview(): CacheOverview {
    return overviewOf(this.stats, this.runtime);
  }

  /** How the cache would answer a GET request of `path` now, and for whom. It reads no data but what is cached. */
  explain(path: string, principal?: CachePrincipal): Promise<Explanation> {
    return explain(path, principal, this.routes, this.runtime);
  }

  /**
   * Makes every entry of `tag` unread, everywhere: raises its version, one row, whatever is stored.
   * @returns the new version, as `17.9f3ac1`
   * @throws {AuthorityUnavailableError}
   */
  async flush(tag: Tag = EVERYTHING): Promise<string> {
    const version = (await this.runtime.authority.bump([tag])).get(tag);
    await this.runtime.authority.barrier();
    if (version === undefined) throw new AuthorityUnavailableError();
    this.runtime.report({ type: 'flushed', kind: kindOf(tag) });
    return formatVersion(version);
  }
}

/** Statistics and logs name no one: of `patient:<uuid>` they get `patient`. */
function kindOf(tag: Tag): string {
  const [kind = ''] = tag.split(':', 1);
  return kind;
}
