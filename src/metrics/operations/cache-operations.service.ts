import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { AuthorityUnavailableError, CacheAdmin, Histogram, parseTag } from '../../cache/index.js';
import { AppError } from '../../common/errors/app-error.js';
import type { CacheEntryQuery, CacheExplanation } from '../dto/cache-explanation.dto.js';
import type { CacheFlushed } from '../dto/cache-flush.dto.js';
import type { CacheStatsAnswer } from '../dto/cache-stats.dto.js';
import type { ReadonlyDeep } from '../dto/readonly-deep.js';
import { RequestLatencies } from '../request-latencies.js';

const RETRY_AFTER_SECONDS = 1;

/** What admins ask of the cache. */
@Injectable()
export class CacheOperationsService {
  constructor(
    private readonly admin: CacheAdmin,
    private readonly latencies: RequestLatencies,
  ) {}

  stats(): ReadonlyDeep<CacheStatsAnswer> {
    const { all, bySource } = this.latencies;
    return {
      ...this.admin.overview(),
      requests: all.map(([kind, durations]) => ({ ...kind, ...durationsOf(durations) })),
      latency: {
        boundsMs: Histogram.BOUNDS_MS,
        sources: [...bySource].map(([source, durations]) => ({
          source,
          ...durationsOf(durations),
          buckets: [...durations.counts],
        })),
      },
    };
  }

  explain(
    { route, subject, roles }: CacheEntryQuery,
    asker: Principal,
  ): Promise<ReadonlyDeep<CacheExplanation>> {
    return this.admin.explain(route, {
      subject: subject ?? asker.subject,
      roles: roles?.split(',') ?? asker.roles,
    });
  }

  /** @throws {AppError} `DATABASE_UNAVAILABLE` */
  async flush(tag: string): Promise<CacheFlushed> {
    const canonical = parseTag(tag);
    try {
      return { tag: canonical, version: await this.admin.flush(canonical) };
    } catch (error) {
      if (!(error instanceof AuthorityUnavailableError)) throw error;
      throw new AppError('DATABASE_UNAVAILABLE', 'The database does not answer at the moment. Try again.', {
        cause: error,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
  }
}

function durationsOf(durations: Histogram) {
  return {
    count: durations.count,
    meanMs: durations.meanMs ?? null,
    p50Ms: durations.quantileMs(0.5) ?? null,
    p95Ms: durations.quantileMs(0.95) ?? null,
    p99Ms: durations.quantileMs(0.99) ?? null,
  };
}
