import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NestLogger } from '../common/logging/nest-logger.js';
import { ConfigModule, readProcessConfig, withEngines } from '../config/index.js';
import { MessagingStreamModule } from '../messaging/messaging-stream.module.js';
import { Retention } from '../messaging/stream/retention.js';
import { handleBatch, type BatchAnswer } from '../messaging/stream/stream-batch.js';
import { StreamHandler } from '../messaging/stream/stream-handler.js';
import type { StreamRecord } from '../messaging/table/stream-record.js';
import { PrismaModule } from '../prisma/prisma.module.js';
import { lambdaLogger } from './lambda-logger.js';

/** What a Lambda function gets from an event source mapping of a DynamoDB stream. */
interface StreamEvent {
  readonly Records: readonly StreamRecord[];
}

@Module({})
class StreamFunctionModule {}

interface Started {
  readonly streamHandler: StreamHandler;
  readonly retention: Retention;
}

let started: Promise<Started> | undefined;

/** The function for the stream of the messaging table; its mapping must say ReportBatchItemFailures. */
export async function handler({ Records }: StreamEvent): Promise<BatchAnswer> {
  started ??= start();
  // A start that failed is tried again with the next batch.
  const { streamHandler, retention } = await started.catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  const answer = await handleBatch(streamHandler, Records);
  // Without its database there is nothing to delete from.
  if (answer.batchItemFailures.length === 0) await retention.prune();
  return answer;
}

async function start(): Promise<Started> {
  const config = readProcessConfig();
  const { databaseUrl } = config;
  if (databaseUrl === undefined) throw new Error('DATABASE_URL must be set: a function starts no engine.');
  const context = await NestFactory.createApplicationContext(
    {
      module: StreamFunctionModule,
      imports: [
        ConfigModule.forRoot(withEngines(config, { databaseUrl, embeddedEngines: [] })),
        PrismaModule,
        MessagingStreamModule.handlerOnly(),
      ],
    },
    { logger: new NestLogger(lambdaLogger(config.logLevel)), abortOnError: false },
  );
  return { streamHandler: context.get(StreamHandler), retention: context.get(Retention) };
}
