import { Injectable } from '@nestjs/common';
import { onDatabase } from '../prisma/prisma-errors.js';
import { PrismaService } from '../prisma/prisma.service.js';
import type { CurrentUser } from './dto/user.dto.js';

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
}
