import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { Public } from '../../auth/decorators.js';
import { MetricsService } from './metrics.service.js';

const EXAMPLE = `# HELP careline_cache_hits_total Answers from a tier.
# TYPE careline_cache_hits_total counter
careline_cache_hits_total{route="PatientsController.record",tier="L1"} 4711
`;

/** For Prometheus. */
@ApiTags('operations')
@Public()
@SkipThrottle()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @ApiOperation({
    summary: 'Read the metrics',
    description: 'Counts and durations of this process since it began, in the text format of Prometheus.',
  })
  @ApiOkResponse({
    description: 'The metrics.',
    content: {
      'text/plain': { schema: { type: 'string', description: 'Lines of samples.', example: EXAMPLE } },
    },
  })
  read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType).header('cache-control', 'no-store');
    return this.metrics.text();
  }
}
