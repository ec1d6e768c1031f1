import { Body, Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Roles } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { ApiOptionalQuery } from '../../common/api-optional-query.js';
import { ApiProblems, BODY_PROBLEMS, PROTECTED_ROUTE_PROBLEMS } from '../../common/errors/api-problems.js';
import { CacheOperationsService } from './cache-operations.service.js';
import { CacheEntryQuery, CacheExplanation } from '../dto/cache-explanation.dto.js';
import { CacheFlush, CacheFlushed } from '../dto/cache-flush.dto.js';
import { CacheStatsAnswer } from '../dto/cache-stats.dto.js';

/** The cache, for admins. */
@ApiTags('operations')
@ApiBearerAuth('bearer')
@ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'AUTH_FORBIDDEN')
@Roles('admin')
@Controller('cache')
export class CacheOperationsController {
  constructor(private readonly operations: CacheOperationsService) {}

  @Get('stats')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Read the statistics of the cache',
    description:
      'Hits by tier and route, loads, leases, defects, faults, the states of feed and breaker with their last changes, ' +
      'capacity units and what they cost, and latencies: of this process, since it began. Admins.',
  })
  @ApiOkResponse({ description: 'The statistics.', standardSchema: CacheStatsAnswer })
  stats(): ReturnType<CacheOperationsService['stats']> {
    return this.operations.stats();
  }

  @Get('entries')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Explain how a path is answered',
    description:
      'The key of the answer to a GET request, its tags with the versions that this process knows and those that the ' +
      'authority says, and where it is: age, remaining time, size as sent and as stored, capacity units of a read. The ' +
      'route itself is not called. A path that is not cached is told as such. Admins.',
  })
  @ApiOptionalQuery('subject', 'Somebody else', '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34')
  @ApiOptionalQuery('roles', 'With other roles', 'clinician')
  @ApiOkResponse({ description: 'The explanation.', standardSchema: CacheExplanation })
  @ApiProblems('REQUEST_INVALID')
  explain(
    @Query({ schema: CacheEntryQuery }) query: CacheEntryQuery,
    @CurrentPrincipal() principal: Principal,
  ): ReturnType<CacheOperationsService['explain']> {
    return this.operations.explain(query, principal);
  }

  @Post('flush')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Flush a tag, or everything',
    description:
      'Raises the version of the tag, so that no entry that has it is read again, on any instance. It changes one row, ' +
      'however many entries there are. Admins.',
  })
  @ApiOkResponse({ description: 'The tag was flushed.', standardSchema: CacheFlushed })
  @ApiProblems(...BODY_PROBLEMS)
  flush(@Body({ schema: CacheFlush }) { tag }: CacheFlush): Promise<CacheFlushed> {
    return this.operations.flush(tag);
  }
}
