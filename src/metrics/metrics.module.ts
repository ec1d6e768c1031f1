import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { CacheOperationsController } from './cache-operations.controller.js';
import { CacheOperationsService } from './cache-operations.service.js';
import { CacheStreamController } from './cache-stream.controller.js';
import { CacheStreamService } from './cache-stream.service.js';
import { EmfReporter } from './emf-reporter.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';
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
