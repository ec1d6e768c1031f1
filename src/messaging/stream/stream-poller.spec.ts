import { POLL_MS } from './stream-poller.js';
import { LEASE_MS } from '../postgres/stream-progress.repository.js';

describe('the times of the stream', () => {
  it('within 1.5 s another instance has the lease of a dead one: of two seconds, half a one is left to handle the record', () => {
    expect(LEASE_MS + POLL_MS).toBeLessThanOrEqual(1_500);
  });
});
