import { Module, type DynamicModule } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AppendQueue } from './append-queue.js';
import { AppendRepository, WallClock } from './append.repository.js';
import { BumpsRepository } from './bumps.repository.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsService } from './conversations.service.js';
import { MessagingDocuments } from './documents.repository.js';
import { MessagesController } from './messages.controller.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagingTable } from './messaging-table.js';
import { Names } from './names.js';
import { SendingService } from './sending.service.js';

/** Direct messages between two users, in DynamoDB. */
@Module({})
export class MessagingModule {
  static forRoot(table: MessagingTable): DynamicModule {
    return {
      module: MessagingModule,
      imports: [UsersModule],
      controllers: [ConversationsController, MessagesController],
      providers: [
        { provide: MessagingTable, useValue: table },
        { provide: WallClock, useValue: Date.now },
        MessagingDocuments,
        MessagesRepository,
        AppendRepository,
        AppendQueue,
        BumpsRepository,
        Names,
        ConversationsService,
        SendingService,
      ],
    };
  }
}
