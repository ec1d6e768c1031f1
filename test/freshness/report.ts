import type { Violation } from './history/freshness-checker.js';
import { shortest, traceOf } from './history/trace.js';
import { notMet, type Counts } from './run/counts.js';
import type { CampaignOptions, CampaignResult } from './run/campaign.js';

/** A statement that holds or does not; CI counts them. */
export interface Check {
  readonly title: string;
  readonly holds: boolean;
}

/** What a campaign is judged by. */
export interface CampaignEvidence {
  readonly session: {
    readonly counts: Counts;
    readonly checker: { readonly violations: readonly Pick<Violation, 'rule'>[] };
  };
  readonly used: Readonly<Record<string, number>>;
}

/** What a campaign came to, for people. */
export function campaignReport({ seed }: CampaignOptions, result: CampaignResult): string[] {
  const { session, faults, used, durationMs } = result;
  const { counts, checker } = session;
  const stale = (modes: readonly string[]) =>
    checker.violations.filter(({ read }) => modes.includes(read.mode)).length;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const violation = shortest(checker.violations);
  return [
    '',
    `operations   ${counts.reads} reads, ${counts.writes} writes in ${Math.round(durationMs / 1_000)} s`,
    ...Object.entries(counts.sources).map(
      ([mode, { by, unchanged }]) =>
        `${mode.padEnd(12)} ${listOf(by)}; ${unchanged} of them answered "unchanged"`,
    ),
    `unanswered   ${counts.refused} reads, ${counts.lostAnswers} writes of which nobody knows whether they happened`,
    `marked stale ${counts.markedStale} (stale-if-error; under bounded they may be old)`,
    `faults       ${faults.length}: ${listOf(used)}`,
    `stale reads  strong ${stale(['strong', 'origin'])}, beyond the bound or the own write ${stale(['bounded'])}`,
    `worst        strong ${ms(checker.worstStaleMs.strong)}, bounded ${ms(checker.worstStaleMs.bounded)} (${checker.outOfDate.bounded} reads that another instance's write had overtaken, within the bound)`,
    `seed         ${seed}`,
    ...(violation === undefined
      ? []
      : ['', 'The shortest history that shows a violation:', ...traceOf(violation, faults)]),
  ];
}

export function campaignChecks(
  { nemeses, leastReads }: Pick<CampaignOptions, 'nemeses' | 'leastReads'>,
  { session, used }: CampaignEvidence,
): Check[] {
  const { violations } = session.checker;
  const none = (title: string, rules: readonly string[]): Check => ({
    title,
    holds: violations.every(({ rule }) => !rules.includes(rule)),
  });
  const missing = notMet(session.counts);
  return [
    none('strong: nothing older than the newest write that was answered', ['strong']),
    none('bounded: nothing older than the newest write that was answered before the bound', ['bounded']),
    none('reads after an own write on the same instance, or with its versions', ['own-write', 'versions']),
    none('nothing that nobody wrote', ['unwritten']),
    { title: 'every kind of fault was used', holds: nemeses.every(({ name }) => (used[name] ?? 0) > 0) },
    { title: `there were ${leastReads} reads`, holds: session.counts.reads >= leastReads },
    { title: `every way to an answer was met${but(missing)}`, holds: missing.length === 0 },
    { title: 'there were writes', holds: session.counts.writes > 100 },
  ];
}

const but = (missing: readonly string[]): string =>
  missing.length === 0 ? '' : `, not: ${missing.join(', ')}`;

function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
