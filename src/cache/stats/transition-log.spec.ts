import type { CacheEvent } from '../base/events.js';
import { TransitionLog } from './transition-log.js';

describe('TransitionLog', () => {
  let lines: string[];
  beforeEach(() => {
    lines = [];
  });

  const after = (...events: CacheEvent[]) => {
    const log = new TransitionLog({
      warn: (line) => lines.push(`warn: ${line}`),
      error: (line) => lines.push(`error: ${line}`),
    });
    events.forEach(log.report);
    return lines;
  };

  it('an outage of the feed is two lines, however often it is tried again', () => {
    expect(
      after(
        { type: 'feed-connected' },
        { type: 'feed-lost', reason: 'unanswered' },
        { type: 'feed-lost', reason: 'connect-failed' },
        { type: 'feed-lost', reason: 'connect-failed' },
        { type: 'feed-connected' },
      ),
    ).toEqual([
      'warn: The version feed is lost (unanswered): versions are read on every request.',
      'warn: The version feed is back: versions are known from memory.',
    ]);
  });

  it('every change of the breaker is a line, single faults are none', () => {
    expect(
      after(
        { type: 'store-fault', operation: 'read', code: 'CACHE_STORE_FAULT' },
        { type: 'breaker', state: 'open' },
        { type: 'store-fault', operation: 'read', code: 'CACHE_STORE_FAULT' },
        { type: 'breaker', state: 'half-open' },
      ),
    ).toEqual([
      'warn: The breaker of the shared tier is open.',
      'warn: The breaker of the shared tier is half-open.',
    ]);
  });

  it('an inconsistency is an error, other checks are nothing', () => {
    expect(
      after(
        { type: 'checked', name: 'record', outcome: 'consistent' },
        { type: 'checked', name: 'record', outcome: 'changed' },
        { type: 'checked', name: 'record', outcome: 'inconsistent' },
      ),
    ).toEqual(['error: A hit of record was not what the origin says under the same versions.']);
  });
});
