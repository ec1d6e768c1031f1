import { planShards } from './shard-plan.js';
import { SHARD_DONE } from '../postgres/stream-progress.repository.js';

const parent = { ShardId: 'parent' };
const child = { ShardId: 'child', ParentShardId: 'parent' };

describe('planShards', () => {
  it('a stream that was never read is read from its beginning, and is a gap', () => {
    const { readable, gap } = planShards([parent, child], new Map());
    expect([...readable]).toEqual([['parent', undefined]]);
    expect(gap).toBe('a shard without a checkpoint');
  });

  it('a child waits for its parent, and is no gap after it', () => {
    expect([...planShards([parent, child], new Map([['parent', '5']])).readable]).toEqual([['parent', '5']]);
    const after = planShards([parent, child], new Map([['parent', SHARD_DONE]]));
    expect([...after.readable]).toEqual([['child', undefined]]);
    expect(after.gap).toBeUndefined();
  });

  it('a shard that was listed no more before it was read to its end is a gap', () => {
    const plan = planShards([child], new Map([['parent', '5']]));
    expect(plan).toMatchObject({ expired: ['parent'], gap: 'a shard ended before it was read' });
    expect(planShards([child], new Map([['parent', SHARD_DONE]]))).toMatchObject({
      expired: ['parent'],
      gap: undefined,
    });
  });
});
