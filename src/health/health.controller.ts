import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/decorators.js';
import { Liveness, Readiness } from './dto/health.dto.js';
import { HealthService } from './health.service.js';

/** For orchestrators: is the process alive, and can it serve. */
@ApiTags('health')
@Public()
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({
    summary: 'Is the process alive',
    description: 'Answers as long as the event loop turns; asks no engine.',
  })
  @ApiOkResponse({ description: 'The process is alive.', standardSchema: Liveness })
  live(): Liveness {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Can the service serve',
    description: 'Asks every engine that requests depend on.',
  })
  @ApiOkResponse({ description: 'Every engine answers.', standardSchema: Readiness })
  @ApiServiceUnavailableResponse({
    description: 'An engine does not answer, or the service is stopping.',
    standardSchema: Readiness,
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    reply.status(readiness.status === 'ok' ? 200 : 503);
    return readiness;
  }
}
