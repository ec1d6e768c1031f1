import { CacheUsageError } from './errors.js';

/** A length of time: `500ms`, `30s`, `10m`, `24h`, `7d`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/**
 * A duration in ms.
 * @throws {CacheUsageError} when it is none, or not longer than zero
 */
export function toMs(duration: Duration): number {
  const [, amount, unit] = FORM.exec(duration) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  if (ms > 0 && Number.isFinite(ms)) return ms;
  throw new CacheUsageError(
    'CACHE_OPTIONS_INVALID',
    'A duration is a number above zero with ms, s, m, h or d.',
  );
}
