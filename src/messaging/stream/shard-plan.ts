import { SHARD_DONE } from '../postgres/stream-progress.repository.js';

/** A shard as the stream lists it. */
export interface ListedShard {
  readonly ShardId?: string | undefined;
  readonly ParentShardId?: string | undefined;
}

/** What is to be read of a stream now. */
export interface ShardPlan {
  /** Shards that may be read, with the checkpoint to go on after; undefined: from their beginning. */
  readonly readable: ReadonlyMap<string, string | undefined>;
  /** Shards with a checkpoint that the stream no longer has. */
  readonly expired: readonly string[];
  /** Why changes may have been missed; undefined: none was. */
  readonly gap: string | undefined;
}

/** Which of `shards` may be read, given how far each was read: children after their parents, so that items stay in order. */
export function planShards(
  shards: readonly ListedShard[],
  checkpoints: ReadonlyMap<string, string>,
): ShardPlan {
  const listed = new Set(shards.map(({ ShardId }) => ShardId));
  const isOver = (id: string) => !listed.has(id) || checkpoints.get(id) === SHARD_DONE;
  const readable = new Map<string, string | undefined>();
  let gap: string | undefined;
  for (const { ShardId: id, ParentShardId: parent } of shards) {
    if (id === undefined) continue;
    const checkpoint = checkpoints.get(id);
    if (checkpoint === SHARD_DONE || (parent !== undefined && !isOver(parent))) continue;
    // A child of what was read to its end begins where that ended; whatever else is new was preceded by something unknown.
    const isContinued = checkpoint !== undefined || (parent !== undefined && checkpoints.has(parent));
    if (!isContinued) gap = 'a shard without a checkpoint';
    readable.set(id, checkpoint);
  }
  const expired = [...checkpoints.keys()].filter((id) => !listed.has(id));
  if (expired.some((id) => checkpoints.get(id) !== SHARD_DONE)) gap = 'a shard ended before it was read';
  return { readable, expired, gap };
}
