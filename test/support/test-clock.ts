import type { Clock } from '../../src/cache/base/clock.js';

const DAY_MS = 86_400_000;

/**
 * A clock that stands still until it is told. It is a day ahead, at a whole second: DynamoDB Local deletes within seconds
 * what expired by the real clock.
 */
export class TestClock implements Clock {
  constructor(private ms = Math.ceil(Date.now() / DAY_MS + 1) * DAY_MS) {}

  now(): number {
    return this.ms;
  }

  elapsed(): number {
    return this.ms;
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}
