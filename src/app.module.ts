import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import { dynamoConnection } from './dynamo/dynamo-connection.js';
import { cachingModule } from './caching/caching.module.js';
import { ConfigModule, type ServiceConfig } from './config/index.js';
import { HealthModule } from './health/health.module.js';
import { MessagingModule } from './messaging/messaging.module.js';
import type { MessagingTable } from './messaging/table/documents.js';
import { MessagingStreamModule, type PolledTable } from './messaging/messaging-stream.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { PatientsModule } from './patients/patients.module.js';
import { PrismaModule } from './prisma/prisma.module.js';
import { UsersModule } from './users/users.module.js';

/** Composes the service for one configuration. */
@Module({})
export class AppModule {
  static forRoot(config: ServiceConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        PrismaModule,
        cachingModule(config),
        AuthModule.forRoot(config),
        HealthModule,
        MetricsModule,
        UsersModule,
        PatientsModule,
        MessagingModule.forRoot(messagingTable(config)),
        MessagingStreamModule.forRoot(polledTable(config)),
      ],
    };
  }
}

/** Outside production, no endpoint means that no DynamoDB runs; in production it means AWS's own. */
function messagingTable(config: ServiceConfig): MessagingTable {
  const isMissing = config.dynamodbEndpoint === undefined && !config.isProduction;
  return { name: config.messagingTable, connection: isMissing ? undefined : dynamoConnection(config) };
}

function polledTable(config: ServiceConfig): PolledTable | undefined {
  const { name, connection } = messagingTable(config);
  return config.messagingStream === 'off' || connection === undefined ? undefined : { name, connection };
}
