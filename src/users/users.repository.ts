import { Injectable } from '@nestjs/common';
import { onDatabase } from '../prisma/prisma-errors.js';
import { PrismaService } from '../prisma/prisma.service.js';
import type { CurrentUser, UserProfile } from './dto/user.dto.js';

/** The users in PostgreSQL. */
@Injectable()
export class UsersRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Undefined when nobody has this id. */
  async findById(id: string): Promise<CurrentUser | undefined> {
    const user = await onDatabase(() => this.prisma.user.findUnique({ where: { id } }));
    return user ?? undefined;
  }

  /** Undefined when nobody has this handle. */
  async findByHandle(handle: string): Promise<CurrentUser | undefined> {
    const user = await onDatabase(() => this.prisma.user.findUnique({ where: { handle } }));
    return user ?? undefined;
  }

  /** What others may see of the users with these ids, as of one moment; those that do not exist are absent. */
  async findProfiles(ids: readonly string[]): Promise<UserProfile[]> {
    return onDatabase(() =>
      this.prisma.snapshot((tx) =>
        tx.user.findMany({
          where: { id: { in: [...ids] } },
          select: { id: true, handle: true, displayName: true },
        }),
      ),
    );
  }
}
