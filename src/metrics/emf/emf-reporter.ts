import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CacheAdmin } from '../../cache/index.js';
import { CONFIG, type ServiceConfig } from '../../config/index.js';
import { emfLine } from './emf-line.js';
import { readingOf, valuesBetween, type EmfReading } from './emf-reading.js';
import { RequestLatencies } from '../request-latencies.js';

const INTERVAL_MS = 60_000;

/**
 * Writes a line for CloudWatch to standard output every minute, and a last one at the end, where `METRICS_EMF` is set. Timers
 * of an environment that is frozen between requests stand still: there, `reportIfDue` is called after each.
 */
@Injectable()
export class EmfReporter implements OnModuleInit, OnModuleDestroy {
  private before: EmfReading | undefined;
  private timer: NodeJS.Timeout | undefined;
  private reportedAtMs = -Infinity;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<ServiceConfig, 'emfNamespace'>,
    private readonly admin: CacheAdmin,
    private readonly latencies: RequestLatencies,
  ) {}

  onModuleInit(): void {
    if (this.config.emfNamespace === undefined) return;
    this.timer = setTimeout(() => this.report(), INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    if (this.timer === undefined) return;
    this.report();
    clearTimeout(this.timer);
  }

  /**
   * Writes a line unless there was one within the last minute. The first call always does: an environment that is never
   * thawed again would otherwise have said nothing.
   */
  reportIfDue(): void {
    if (this.timer === undefined || Date.now() - this.reportedAtMs < INTERVAL_MS) return;
    this.report();
  }

  private report(): void {
    const now = readingOf(this.admin.overview(), this.latencies.bySource);
    this.reportedAtMs = Date.now();
    process.stdout.write(
      emfLine(this.config.emfNamespace ?? '', this.reportedAtMs, valuesBetween(this.before, now)),
    );
    this.before = now;
    this.timer?.refresh();
  }
}
