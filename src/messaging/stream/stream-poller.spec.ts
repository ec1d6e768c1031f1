import { POLL_MS } from './stream-poller.js';
import { OWNERSHIP_MS } from '../postgres/stream-progress.repository.js';

describe('the times of the stream', () => {
  it('within 1.5 s another instance owns the stream of a dead one: of two seconds, half a one is left to handle the record', () => {
    expect(OWNERSHIP_MS + POLL_MS).toBeLessThanOrEqual(1_500);
  });
});
