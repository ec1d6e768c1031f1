import type { Clock } from '../../src/cache/clock.js';

/** A clock that stands still until it is told. */
export class TestClock implements Clock {
  constructor(private ms = Date.UTC(2026, 0, 1)) {}

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
