import { Controller, Get, Headers, Req, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentPrincipal } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { AppError } from '../../common/errors/app-error.js';
import { ApiProblems, PROTECTED_ROUTE_PROBLEMS } from '../../common/errors/api-problems.js';
import { EventStreamHeaders } from '../../common/event-stream/event-stream-headers.js';
import { LiveHub } from './live-hub.js';

const SEQ = /^\d{1,15}$/;
const EXAMPLE = `event: ready
id: 41
data: {}

event: message
id: 42
data: {"id":"01JDMZ4T8Y3V5K2N7Q9R1S6W0X","conversationId":"5b3c8f1e-7a44-5d0b-9c7e-2f6d1a8b4e90","at":"2026-01-31T08:30:00.000Z"}

`;

/** New messages as they come. */
@ApiTags('messages')
@ApiBearerAuth('bearer')
@Controller('messages')
export class LiveController {
  constructor(private readonly hub: LiveHub) {}

  @Get('stream')
  @EventStreamHeaders()
  @ApiOperation({
    summary: 'Follow my messages',
    description:
      'Server-sent events: `ready` first; `message` for every message of my conversations, sent or received, in order; ' +
      '`reset` in place of `ready` when what was missed is no longer known: read the lists anew; `end` with the reason ' +
      '`expired` (the token), `shutdown` or `unavailable`: connect again. A comment every 15 seconds keeps the connection ' +
      'open. `Last-Event-ID` resumes without a gap or a duplicate for 48 hours. Slow clients are disconnected.',
  })
  @ApiHeader({
    // As @Headers names it: under another spelling the document would have two.
    name: 'last-event-id',
    required: false,
    description: 'The id of the last event that was received. Browsers send it by themselves.',
    schema: { type: 'string', pattern: '^\\d{1,15}$', example: '41' },
  })
  @ApiOkResponse({
    description: 'The events.',
    content: {
      'text/event-stream': { schema: { type: 'string', description: 'Events.', example: EXAMPLE } },
    },
  })
  @ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'REQUEST_INVALID', 'SERVICE_UNAVAILABLE')
  async follow(
    @Req() request: FastifyRequest,
    @CurrentPrincipal() { subject }: Principal,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<StreamableFile> {
    const last = lastEventIdOf(lastEventId);
    return new StreamableFile(await this.hub.open(subject, request.tokenExpiresAtMs ?? 0, last));
  }
}

/**
 * The `seq` in a `Last-Event-ID`; undefined where there is none, or an empty one, which says that no event had an id.
 * @throws {AppError} `REQUEST_INVALID` when it is none of ours
 */
function lastEventIdOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (SEQ.test(header)) return Number(header);
  const errors = [{ field: 'Last-Event-ID', message: 'must be the id of an event' }];
  throw new AppError('REQUEST_INVALID', 'The request has mistakes: see errors.', { errors });
}
