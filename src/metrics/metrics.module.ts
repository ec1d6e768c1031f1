import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { CacheOperationsController } from './operations/cache-operations.controller.js';
import { CacheOperationsService } from './operations/cache-operations.service.js';
import { CacheStreamController } from './operations/cache-stream.controller.js';
import { CacheStreamService } from './operations/cache-stream.service.js';
import { EmfReporter } from './emf/emf-reporter.js';
import { MetricsController } from './prometheus/metrics.controller.js';
import { MetricsService } from './prometheus/metrics.service.js';
import { RequestLatencies } from './request-latencies.js';

/** What operators see of a running service: metrics, and the cache. */
@Module({
  controllers: [MetricsController, CacheOperationsController, CacheStreamController],
  providers: [MetricsService, RequestLatencies, CacheOperationsService, CacheStreamService, EmfReporter],
})
export class MetricsModule {
  constructor({ httpAdapter }: HttpAdapterHost, latencies: RequestLatencies) {
    latencies.watch(httpAdapter.getInstance<FastifyInstance>());
  }
}
