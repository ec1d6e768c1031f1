import { Injectable } from '@nestjs/common';
import { onDatabase } from '../../prisma/prisma-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';

/** The row that says who owns the stream, in place of a shard's id. */
const OWNER_ROW = '*';
/** Before a new shard has a first record: its beginning. Sequence numbers are digits. */
export const SHARD_BEGINNING = '0';
/** The checkpoint of a shard of which everything was handled. */
export const SHARD_DONE = 'DONE';
/** A dead owner's stream is read by another instance after so long, plus one of its polls. */
export const OWNERSHIP_MS = 1_200;

/**
 * Who owns the stream, and how far it was read: rows of `stream_shard`. Ownership runs out by the clock of the database alone.
 * Its columns are still called `lease_owner` and `lease_until`: other names are not worth a migration.
 */
@Injectable()
export class StreamProgressRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Takes the ownership, or extends it. @returns false: another instance owns the stream */
  async takeOwnership(streamArn: string, owner: string): Promise<boolean> {
    const changed = await onDatabase(
      () => this.prisma.$executeRaw`
      INSERT INTO stream_shard AS owned (stream_arn, shard_id, lease_owner, lease_until)
      VALUES (${streamArn}, ${OWNER_ROW}, ${owner}, clock_timestamp() + make_interval(secs => ${OWNERSHIP_MS / 1_000}::float8))
      ON CONFLICT (stream_arn, shard_id) DO UPDATE
        SET lease_owner = EXCLUDED.lease_owner, lease_until = EXCLUDED.lease_until
        WHERE owned.lease_owner = EXCLUDED.lease_owner OR owned.lease_until IS NULL
          OR owned.lease_until < clock_timestamp()`,
    );
    return changed > 0;
  }

  /** Gives the ownership up, where `owner` has it. */
  async giveUpOwnership(streamArn: string, owner: string): Promise<void> {
    await onDatabase(
      () => this.prisma.$executeRaw`
      UPDATE stream_shard SET lease_owner = NULL, lease_until = NULL
      WHERE stream_arn = ${streamArn} AND shard_id = ${OWNER_ROW} AND lease_owner = ${owner}`,
    );
  }

  /** The checkpoints of a stream's shards, by shard. */
  async checkpoints(streamArn: string): Promise<Map<string, string>> {
    const rows = await onDatabase(
      () => this.prisma.$queryRaw<{ shardId: string; checkpoint: string }[]>`
      SELECT shard_id AS "shardId", checkpoint FROM stream_shard
      WHERE stream_arn = ${streamArn} AND checkpoint IS NOT NULL`,
    );
    return new Map(rows.map(({ shardId, checkpoint }) => [shardId, checkpoint]));
  }

  /**
   * Keeps how far a shard was read, and extends the ownership: one statement, so that nobody takes over in between.
   * @returns false: `owner` no longer owns the stream, and nothing was kept
   */
  async checkpoint(streamArn: string, owner: string, shardId: string, checkpoint: string): Promise<boolean> {
    const changed = await onDatabase(
      () => this.prisma.$executeRaw`
      WITH owned AS (
        UPDATE stream_shard SET lease_until = clock_timestamp() + make_interval(secs => ${OWNERSHIP_MS / 1_000}::float8)
        WHERE stream_arn = ${streamArn} AND shard_id = ${OWNER_ROW} AND lease_owner = ${owner}
        RETURNING stream_arn)
      INSERT INTO stream_shard (stream_arn, shard_id, checkpoint)
      SELECT stream_arn, ${shardId}, ${checkpoint} FROM owned
      ON CONFLICT (stream_arn, shard_id) DO UPDATE SET checkpoint = EXCLUDED.checkpoint`,
    );
    return changed > 0;
  }

  /** Forgets a shard that the stream no longer has. */
  async forget(streamArn: string, shardId: string): Promise<void> {
    await onDatabase(
      () => this.prisma.$executeRaw`
      DELETE FROM stream_shard WHERE stream_arn = ${streamArn} AND shard_id = ${shardId}`,
    );
  }
}
