import { connectionUse, hotPartitionUse, notifyWaitMs, passedLimits, seeded } from './limits.ts';
import { markdown, number } from './table.ts';

const LOADS = [100, 1_000, 5_000, 6_000, 10_000, 100_000, 200_000];
const SEED = 1;
const percent = (part: number) => `${number(part * 100)} %`;

/** The table of docs/deploy.md. */
export function limitTable(): string {
  const rows = LOADS.map((requests) => {
    const wait = notifyWaitMs(requests, seeded(SEED));
    return [
      number(requests),
      percent(hotPartitionUse(requests, true)),
      percent(hotPartitionUse(requests, false)),
      Number.isFinite(wait) ? `${number(wait)} ms` : 'without end',
      percent(connectionUse(requests)),
      passedLimits(requests, seeded(SEED)).join(', ') || 'none',
    ];
  });
  return markdown(
    ['requests/s', 'hottest key', 'without L1', 'wait for NOTIFY, p95', 'connections', 'limits passed'],
    rows,
  );
}
