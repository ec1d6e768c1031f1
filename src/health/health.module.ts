import { Module } from '@nestjs/common';
import { HealthProbes } from '../common/health-probe.js';
import { DatabaseProbe } from '../prisma/database.probe.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

@Module({
  controllers: [HealthController],
  providers: [
    HealthService,
    DatabaseProbe,
    { provide: HealthProbes, useFactory: (database: DatabaseProbe) => [database], inject: [DatabaseProbe] },
  ],
})
export class HealthModule {}
