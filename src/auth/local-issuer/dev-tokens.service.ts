import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { UsersService } from '../../users/users.service.js';
import type { DevToken } from './dto/dev-token.dto.js';
import { LocalIssuer } from './local-issuer.js';

/** Gives a developer the token of any user. */
@Injectable()
export class DevTokensService {
  constructor(
    private readonly users: UsersService,
    private readonly issuer: LocalIssuer,
  ) {}

  /** @throws {AppError} `USER_NOT_FOUND` */
  async create(handle: string): Promise<DevToken> {
    const user = await this.users.findByHandle(handle);
    if (user === undefined) throw new AppError('USER_NOT_FOUND', 'No user has this handle.');
    return { token: await this.issuer.issue({ subject: user.id, roles: [user.role] }) };
  }
}
