import { Module, type DynamicModule } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AppendQueue } from './append/append-queue.js';
import { AppendRepository, WallClock } from './append/append.repository.js';
import { BumpsRepository } from './postgres/bumps.repository.js';
import { ConversationsController } from './reading/conversations.controller.js';
import { ConversationsService } from './reading/conversations.service.js';
import { MessagingDocuments } from './table/documents.js';
import { MessagesController } from './sending/messages.controller.js';
import { MessagesRepository } from './table/messages.repository.js';
import { MessagingTable } from './table/documents.js';
import { Correspondents } from './reading/correspondents.js';
import { SendingService } from './sending/sending.service.js';

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
        Correspondents,
        ConversationsService,
        SendingService,
      ],
    };
  }
}
