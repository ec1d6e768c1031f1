import { Injectable } from '@nestjs/common';
import { AppError } from '../common/errors/app-error.js';
import type { CurrentUser, UserProfile } from './dto/user.dto.js';
import { UsersRepository } from './users.repository.js';

/** Knows who signs in. */
@Injectable()
export class UsersService {
  constructor(private readonly users: UsersRepository) {}

  /** The user with this id; undefined when there is none. */
  findById(id: string): Promise<CurrentUser | undefined> {
    return this.users.findById(id);
  }

  /** The user with exactly this handle; undefined when there is none. */
  findByHandle(handle: string): Promise<CurrentUser | undefined> {
    return this.users.findByHandle(handle);
  }

  /**
   * The user with this id, as they may see themselves.
   * @throws {AppError} `USER_NOT_FOUND`: identity providers know people whom Careline does not
   */
  async current(id: string): Promise<CurrentUser> {
    const user = await this.users.findById(id);
    if (user === undefined) throw new AppError('USER_NOT_FOUND', 'Careline has no user for this token.');
    return user;
  }

  /**
   * The user with exactly this handle, as others may see them.
   * @throws {AppError} `USER_NOT_FOUND`
   */
  async profile(handle: string): Promise<UserProfile> {
    const user = await this.users.findByHandle(handle);
    if (user === undefined) throw new AppError('USER_NOT_FOUND', 'No user has this handle.');
    return { id: user.id, handle: user.handle, displayName: user.displayName };
  }

  /** What others may see of the users with these ids; those that do not exist are absent. */
  profiles(ids: readonly string[]): Promise<UserProfile[]> {
    return this.users.findProfiles(ids);
  }
}
