import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { CacheAdmin, CacheStats, type CacheOverview } from '../../cache/index.js';
import { MetricFamilies, type Family } from '../../common/metric-family.js';
import { cacheRouteFamilies } from './cache-route-families.js';
import { cacheStateFamilies } from './cache-state-families.js';
import { register } from './register-families.js';
import { RequestLatencies } from '../request-latencies.js';

/** Everything that Prometheus may know of this process: counts and names of routes, nothing of anybody. */
@Injectable()
export class MetricsService implements OnApplicationBootstrap {
  private readonly registry = new Registry();

  private overview: CacheOverview;

  constructor(
    private readonly admin: CacheAdmin,
    stats: CacheStats,
    latencies: RequestLatencies,
    private readonly modules: ModuleRef,
  ) {
    this.overview = admin.overview();
    const now = () => this.overview;
    collectDefaultMetrics({ register: this.registry });
    register(this.registry, [
      ...cacheRouteFamilies(now, stats),
      ...cacheStateFamilies(now),
      {
        name: 'careline_http_request_duration_seconds',
        help: 'How long requests took, by route, status and where the answer came from.',
        kind: 'histogram',
        samples: () =>
          latencies.all.map(([{ method, route, status, source }, durations]) => [
            { method, route, status, source },
            durations,
          ]),
      },
    ]);
  }

  /** By then every feature has what it wants to show. */
  onApplicationBootstrap(): void {
    const all = this.modules.get<readonly Family[]>(MetricFamilies, { strict: false, each: true });
    register(this.registry, all.flat());
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    this.overview = this.admin.overview();
    return this.registry.metrics();
  }
}
