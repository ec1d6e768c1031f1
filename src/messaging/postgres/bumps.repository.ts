import { Injectable } from '@nestjs/common';
import type { Tag } from '../../cache/index.js';
import { onDatabase } from '../../prisma/prisma-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';

/** How long it is kept which writes raised their tags: longer than the stream keeps records (24 h). */
const WRITE_HOURS = 72;

/** Raises the versions of what writes of messages changed. */
@Injectable()
export class BumpsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Raises `tags`, unless that was done for `writeId` before. When it resolves they have been raised since the write, by
   * this call or by another one: a second one waits for the first one's commit. One statement, so one transaction.
   * @returns whether this call raised them
   * @throws {AppError} `DATABASE_UNAVAILABLE`: nobody knows whether they were raised; call it again
   */
  async bumpOnce(writeId: string, tags: readonly Tag[]): Promise<boolean> {
    // That the bump takes the new row's id makes it wait for the row: without one, nothing is raised.
    const raised = await onDatabase(
      () => this.prisma.$queryRaw<unknown[]>`
      WITH first AS (
        INSERT INTO message_write (write_id) VALUES (${writeId}::uuid) ON CONFLICT DO NOTHING RETURNING write_id)
      SELECT bumped.tag FROM first CROSS JOIN LATERAL
        cache_bump(CASE WHEN first.write_id IS NOT NULL THEN ${[...tags]}::text[] END) AS bumped`,
    );
    return raised.length > 0;
  }

  /** Raises `tags`, whatever was done before. */
  async bump(tags: readonly Tag[]): Promise<void> {
    await onDatabase(() => this.prisma.$queryRaw`SELECT tag FROM cache_bump(${[...tags]}::text[])`);
  }

  /** Deletes the marks of writes of which no record can come any more. */
  async prune(): Promise<void> {
    await onDatabase(
      () => this.prisma.$executeRaw`
      DELETE FROM message_write WHERE at < now() - make_interval(hours => ${WRITE_HOURS}::int)`,
    );
  }
}
