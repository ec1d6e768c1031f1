import { Body, Controller, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { AnnouncesVersions } from '../../cache/index.js';
import { ApiProblems, BODY_PROBLEMS, PROTECTED_ROUTE_PROBLEMS } from '../../common/errors/api-problems.js';
import { BodyLimit } from '../../common/http/body-limit.js';
import { conversationTag, inboxTag } from '../cache-tags.js';
import { Message, NewMessage } from '../dto/message.dto.js';
import { ApiIdempotencyKey, IdempotencyKey } from './idempotency-key.js';
import { SendingService } from './sending.service.js';

const BODY_LIMIT_KIB = 64;

/** Messages between two users. */
@ApiTags('messages')
@ApiBearerAuth('bearer')
@ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'MESSAGES_UNAVAILABLE')
@Controller('messages')
export class MessagesController {
  constructor(private readonly sending: SendingService) {}

  @Post()
  @BodyLimit(BODY_LIMIT_KIB)
  @AnnouncesVersions<Message>(({ subject }, message) => [
    conversationTag(message.conversationId),
    inboxTag(subject),
  ])
  @ApiOperation({
    summary: 'Send a message',
    description:
      'To a user by their handle, which begins a conversation where there is none, or into a conversation of yours. ' +
      'Give an `Idempotency-Key`, and after a 503 send the same again: the message is kept once. ' +
      'Without one send it again only after a 503 that has `Retry-After`: then it was not kept. ' +
      'Any other was kept, or nobody knows; the detail says which.',
  })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ description: 'The message was sent.', standardSchema: Message })
  @ApiProblems(...BODY_PROBLEMS, 'USER_NOT_FOUND', 'CONVERSATION_NOT_FOUND', 'ENTITY_UNPROCESSABLE')
  send(
    @CurrentPrincipal() { subject }: Principal,
    @Body({ schema: NewMessage }) message: NewMessage,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Message> {
    return this.sending.send(subject, message, key);
  }
}
