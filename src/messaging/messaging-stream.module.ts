import { Module, type DynamicModule } from '@nestjs/common';
import type { DynamoConnection } from '../dynamo/dynamo-client.js';
import { MetricFamilies } from '../common/metric-family.js';
import { BumpsRepository } from './postgres/bumps.repository.js';
import { EventListener } from './postgres/event-listener.js';
import { LiveHub } from './live/live-hub.js';
import { LiveController } from './live/live.controller.js';
import { MessageEventsRepository } from './postgres/message-events.repository.js';
import { Retention } from './stream/retention.js';
import { StreamCounts } from './stream/stream-counts.js';
import { StreamHandler } from './stream/stream-handler.js';
import { messagingFamilies } from './messaging-metrics.js';
import { PolledStream, StreamPoller } from './stream/stream-poller.js';
import { StreamProgressRepository } from './postgres/stream-progress.repository.js';
import { StreamSource } from './table/stream-source.js';

/** The table whose stream this process reads. */
export interface PolledTable {
  readonly name: string;
  readonly connection: DynamoConnection;
}

/** What a handler of the stream's records needs, in a service as in a Lambda function. */
const HANDLING = [BumpsRepository, MessageEventsRepository, StreamCounts, StreamHandler, Retention];

/** The stream of messages: heals what writers left undone, and feeds the live clients. */
@Module({})
export class MessagingStreamModule {
  /** @param polled undefined: somebody else reads the stream */
  static forRoot(polled: PolledTable | undefined): DynamicModule {
    const source = polled === undefined ? undefined : new StreamSource(polled.connection, polled.name);
    return {
      module: MessagingStreamModule,
      controllers: [LiveController],
      providers: [
        ...HANDLING,
        StreamProgressRepository,
        { provide: PolledStream, useValue: source },
        StreamPoller,
        EventListener,
        LiveHub,
        { provide: MetricFamilies, useFactory: messagingFamilies, inject: [StreamCounts, LiveHub] },
      ],
    };
  }

  /** For who is given the records. */
  static handlerOnly(): DynamicModule {
    return { module: MessagingStreamModule, providers: HANDLING, exports: [StreamHandler, Retention] };
  }
}
