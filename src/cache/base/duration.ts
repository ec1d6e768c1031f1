import { invalidOption, type OptionRule } from './option-checks.js';

/** A length of time: `500ms`, `30s`, `10m`, `24h`, `7d`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Where a duration was written. */
export interface DurationPlace {
  /** The route or the function. */
  readonly of: string;
  readonly option: string;
}

/** That an option is a duration longer than zero. */
export const DURATION: OptionRule = {
  expected: 'a duration above zero such as 500ms, 30s, 10m, 24h or 7d',
  accepts: (value) => msOf(value) !== undefined,
};

/**
 * A duration in ms.
 * @throws {CacheUsageError} when it is none, or not longer than zero; it names `place`
 */
export function toMs(duration: Duration, { of, option }: DurationPlace): number {
  const ms = msOf(duration);
  if (ms === undefined) throw invalidOption(of, option, DURATION.expected, duration);
  return ms;
}

function msOf(duration: unknown): number | undefined {
  if (typeof duration !== 'string') return undefined;
  const [, amount, unit] = FORM.exec(duration) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}
