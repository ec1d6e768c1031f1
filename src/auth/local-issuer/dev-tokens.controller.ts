import { Body, Controller, Header, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../common/errors/api-problems.js';
import { Public } from '../decorators.js';
import { DevTokensService } from './dev-tokens.service.js';
import { CreateDevToken, DevToken } from './dto/dev-token.dto.js';

/** Registered only where the local issuer signs: never in production. */
@ApiTags('development')
@Public()
@Controller('dev/tokens')
export class DevTokensController {
  constructor(private readonly tokens: DevTokensService) {}

  @Post()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Get a token',
    description:
      'A token of the local issuer for any user, good for one hour; no password is asked for. Development only: ' +
      'in production, and wherever `AUTH_JWKS_URI` names an identity provider, this route does not exist. ' +
      'The sample data has `ana` and `bruno` (clinicians), `carla` (patient) and `admin` (admin).',
  })
  @ApiCreatedResponse({ description: 'The token.', standardSchema: DevToken })
  @ApiProblems(
    'REQUEST_INVALID',
    'USER_NOT_FOUND',
    'BODY_TOO_LARGE',
    'MEDIA_TYPE_UNSUPPORTED',
    'RATE_LIMITED',
    'INTERNAL',
    'DATABASE_UNAVAILABLE',
  )
  create(@Body({ schema: CreateDevToken }) body: CreateDevToken): Promise<DevToken> {
    return this.tokens.create(body.handle);
  }
}
