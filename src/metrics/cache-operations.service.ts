import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import { AuthorityUnavailableError, CacheAdmin, Histogram, parseTag } from '../cache/index.js';
import type { CacheOverview, Explanation } from '../cache/index.js';
import { AppError } from '../common/errors/app-error.js';
import type { CacheEntryQuery } from './dto/cache-explanation.dto.js';
import type { CacheFlushed } from './dto/cache-flush.dto.js';
import { RequestLatencies, type RequestKind } from './request-latencies.js';

const RETRY_AFTER_SECONDS = 1;

interface Durations {
  readonly count: number;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

interface RequestOverview extends RequestKind, Durations {}

interface SourceOverview extends Durations {
  readonly source: string;
  /** How many took at most each of `boundsMs` and more than the one before; the last: longer than all. */
  readonly buckets: readonly number[];
}

/** The cache as operators see it. */
export interface CacheStatistics extends CacheOverview {
  readonly requests: readonly RequestOverview[];
  readonly latency: { readonly boundsMs: readonly number[]; readonly sources: readonly SourceOverview[] };
}

/** What admins ask of the cache. */
@Injectable()
export class CacheOperationsService {
  constructor(
    private readonly admin: CacheAdmin,
    private readonly latencies: RequestLatencies,
  ) {}

  stats(): CacheStatistics {
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

  explain({ route, subject, roles }: CacheEntryQuery, asker: Principal): Promise<Explanation> {
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

function durationsOf(durations: Histogram): Durations {
  return {
    count: durations.count,
    meanMs: durations.meanMs ?? null,
    p50Ms: durations.quantileMs(0.5) ?? null,
    p95Ms: durations.quantileMs(0.95) ?? null,
    p99Ms: durations.quantileMs(0.99) ?? null,
  };
}
