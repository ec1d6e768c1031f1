import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../auth/decorators.js';
import type { Principal } from '../auth/principal.js';
import { ApiProblems, PROTECTED_ROUTE_PROBLEMS } from '../common/errors/api-problems.js';
import { CurrentUser, UserProfile, UserQuery } from './dto/user.dto.js';
import { UsersService } from './users.service.js';

/** Who signs in. */
@ApiTags('users')
@ApiBearerAuth('bearer')
@ApiProblems(...PROTECTED_ROUTE_PROBLEMS)
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({
    summary: 'Who am I',
    description: 'The user whose token this is, with their role and, for a patient, the id of their record.',
  })
  @ApiOkResponse({ description: 'You.', standardSchema: CurrentUser })
  @ApiProblems('USER_NOT_FOUND')
  me(@CurrentPrincipal() principal: Principal): Promise<CurrentUser> {
    return this.users.current(principal.subject);
  }

  @Get()
  @ApiOperation({
    summary: 'Find a user by handle',
    description:
      'Looks up one user by their exact handle, for example to write to them. Any signed-in user may ask.',
  })
  @ApiOkResponse({ description: 'The user with this handle.', standardSchema: UserProfile })
  @ApiProblems('REQUEST_INVALID', 'USER_NOT_FOUND')
  find(@Query({ schema: UserQuery }) query: UserQuery): Promise<UserProfile> {
    return this.users.profile(query.handle);
  }
}
