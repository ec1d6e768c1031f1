import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { AnnouncesVersions, Cached } from '../../cache/index.js';
import { ApiCursorQuery } from '../../common/api-optional-query.js';
import { ApiProblems, PROTECTED_ROUTE_PROBLEMS } from '../../common/errors/api-problems.js';
import { PageQuery } from '../../common/pagination.dto.js';
import type { Page } from '../../common/pagination.js';
import { conversationTag, inboxTag, MESSAGES_TAG } from '../cache-tags.js';
import { ConversationsService } from './conversations.service.js';
import {
  ConversationPage,
  ConversationParams,
  MessagePage,
  type Conversation,
  type Message,
} from '../dto/message.dto.js';

/** Conversations of two. */
@ApiTags('messages')
@ApiBearerAuth('bearer')
@ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'MESSAGES_UNAVAILABLE')
@Controller('conversations')
export class ConversationsController {
  constructor(private readonly conversations: ConversationsService) {}

  @Get()
  @Cached({
    scope: 'principal',
    query: ['limit', 'cursor'],
    tags: ({ subject }) => [inboxTag(subject), MESSAGES_TAG],
    snapshot: false,
  })
  @ApiOperation({
    summary: 'List your conversations',
    description:
      'Those with the newest message first, each with that message and how many you have not read.',
  })
  @ApiCursorQuery()
  @ApiOkResponse({ description: 'A page of conversations.', standardSchema: ConversationPage })
  @ApiProblems('REQUEST_INVALID')
  list(
    @CurrentPrincipal() { subject }: Principal,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Page<Conversation>> {
    return this.conversations.list(subject, page);
  }

  @Get(':id/messages')
  @Cached<ConversationParams>({
    scope: 'principal',
    query: ['limit', 'cursor'],
    tags: ({ params }) => [conversationTag(params.id), MESSAGES_TAG],
    snapshot: false,
  })
  @ApiOperation({
    summary: 'List the messages of a conversation',
    description: 'Newest first. Only those who take part may read them; to all others it does not exist.',
  })
  @ApiCursorQuery()
  @ApiOkResponse({ description: 'A page of messages.', standardSchema: MessagePage })
  @ApiProblems('REQUEST_INVALID', 'CONVERSATION_NOT_FOUND')
  messages(
    @CurrentPrincipal() { subject }: Principal,
    @Param({ schema: ConversationParams }) { id }: ConversationParams,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Page<Message>> {
    return this.conversations.messages(subject, id, page);
  }

  @Post(':id/read')
  @AnnouncesVersions(({ subject }) => [inboxTag(subject)])
  @HttpCode(204)
  @ApiOperation({
    summary: 'Mark a conversation as read',
    description: 'Sets its unread count to zero, for you. Messages that come later count again.',
  })
  @ApiNoContentResponse({ description: 'Nothing is unread.' })
  @ApiProblems('REQUEST_INVALID', 'CONVERSATION_NOT_FOUND')
  async markRead(
    @CurrentPrincipal() { subject }: Principal,
    @Param({ schema: ConversationParams }) { id }: ConversationParams,
  ): Promise<void> {
    await this.conversations.markRead(subject, id);
  }
}
