import type { Violation } from './freshness-checker.js';

/** Something that was done to the engines or instances, on the clock of the history. */
export interface FaultSpan {
  readonly what: string;
  readonly startedAt: number;
  /** Infinite while it lasts. */
  endedAt: number;
}

/** How long the shortest history that shows `violation` takes, in ms. */
function spanOf({ read, stale }: Violation): number {
  return read.endedAt - (stale?.startedAt ?? read.startedAt);
}

/** Of several violations the one that takes the least reading. */
export function shortest(violations: readonly Violation[]): Violation | undefined {
  return violations.reduce<Violation | undefined>(
    (best, one) => (best === undefined || spanOf(one) < spanOf(best) ? one : best),
    undefined,
  );
}

/** The shortest history that shows `violation`: three operations, and the faults among them. */
export function traceOf(violation: Violation, faults: readonly FaultSpan[]): string[] {
  const { rule, read, stale, newer, staleMs } = violation;
  const origin = stale?.startedAt ?? read.startedAt;
  const events: [at: number, text: string][] = [];
  for (const write of [stale, newer]) {
    if (write === undefined) continue;
    events.push([write.startedAt, `${write.instance}: write of ${write.value} begins`]);
    if (write.answeredAt !== Infinity)
      events.push([write.answeredAt, `${write.instance}: write of ${write.value} ANSWERED`]);
    else events.push([write.settledAt, `a read sees ${write.value}: it has happened`]);
  }
  events.push([read.startedAt, `${read.instance}: ${read.mode} read begins`]);
  const source = read.source === undefined ? '' : ` (${read.source})`;
  events.push([read.endedAt, `${read.instance}: read RETURNS ${read.value}${source}`]);
  for (const { what, startedAt, endedAt } of faults) {
    if (startedAt > read.endedAt || endedAt < origin) continue;
    events.push([startedAt, `fault begins: ${what}`]);
    if (endedAt < read.endedAt) events.push([endedAt, `fault ends: ${what}`]);
  }
  events.sort(([a], [b]) => a - b);
  const head = `${rule}: register ${read.register}, out of date for ${staleMs.toFixed(1)} ms when the read began`;
  return [head, ...events.map(([at, text], i) => `  ${i + 1}. ${(at - origin).toFixed(1)} ms  ${text}`)];
}
