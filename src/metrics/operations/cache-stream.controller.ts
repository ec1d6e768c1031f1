import { Controller, Get, Req, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { EventStreamHeaders } from '../../common/event-stream/event-stream-headers.js';
import { CurrentPrincipal, Roles } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { ApiProblems, PROTECTED_ROUTE_PROBLEMS } from '../../common/errors/api-problems.js';
import { CacheStreamService } from './cache-stream.service.js';

const EXAMPLE = `event: stats
data: {"since":"2026-01-01T08:00:00.000Z","perSecond":{"requests":120.5,"hits":119,"loads":1.5}}

event: end
data: {"reason":"expired"}

`;

/** The statistics as they change, for the console. */
@ApiTags('operations')
@ApiBearerAuth('bearer')
@Roles('admin')
@Controller('cache')
export class CacheStreamController {
  constructor(private readonly streams: CacheStreamService) {}

  @Get('stream')
  @EventStreamHeaders()
  @ApiOperation({
    summary: 'Follow the statistics of the cache',
    description:
      'Server-sent events: `stats`, whose data is the answer of `/api/cache/stats`, once a second, whether it ' +
      'has changed or not; `end` with the reason `expired` (the token) or `shutdown`. Admins.',
  })
  @ApiOkResponse({
    description: 'The events.',
    content: {
      'text/event-stream': { schema: { type: 'string', description: 'Events.', example: EXAMPLE } },
    },
  })
  @ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'AUTH_FORBIDDEN', 'SERVICE_UNAVAILABLE')
  follow(@Req() request: FastifyRequest, @CurrentPrincipal() { subject }: Principal): StreamableFile {
    return new StreamableFile(this.streams.open(subject, request.tokenExpiresAtMs ?? 0));
  }
}
