import { Inject, Injectable } from '@nestjs/common';
import type { HealthProbe } from '../common/health-probe.js';
import { CONFIG, type ServiceConfig } from '../config/index.js';
import { PrismaService } from './prisma.service.js';

/** Asks PostgreSQL for the cheapest answer it has. */
@Injectable()
export class DatabaseProbe implements HealthProbe {
  readonly name = 'postgres';
  readonly kind: HealthProbe['kind'];

  constructor(
    private readonly prisma: PrismaService,
    @Inject(CONFIG) config: ServiceConfig,
  ) {
    this.kind = config.embeddedEngines.includes('postgres') ? 'embedded' : 'external';
  }

  async check(): Promise<void> {
    await this.prisma.$queryRaw`SELECT 1`;
  }
}
