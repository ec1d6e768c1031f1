import { shortest, traceOf } from './history/trace.js';
import type { CampaignOptions, CampaignResult } from './run/campaign.js';

/** A statement that holds or does not; CI counts them. */
export interface Check {
  readonly title: string;
  readonly holds: boolean;
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
    `operations   ${counts.reads} reads (${counts.unchanged} answered "unchanged"), ${counts.writes} writes in ${Math.round(durationMs / 1_000)} s`,
    `sources      ${listOf(counts.sources)}`,
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

export function campaignChecks({ nemeses }: CampaignOptions, { session, used }: CampaignResult): Check[] {
  const { violations } = session.checker;
  const none = (title: string, rules: readonly string[]): Check => ({
    title,
    holds: violations.every(({ rule }) => !rules.includes(rule)),
  });
  return [
    none('strong: nothing older than the newest write that was answered', ['strong']),
    none('bounded: nothing older than the newest write that was answered before the bound', ['bounded']),
    none('reads after an own write on the same instance, or with its versions', ['own-write', 'versions']),
    none('nothing that nobody wrote', ['unwritten']),
    { title: 'every kind of fault was used', holds: nemeses.every(({ name }) => (used[name] ?? 0) > 0) },
    {
      title: 'there were reads and writes',
      holds: session.counts.reads > 300 && session.counts.writes > 100,
    },
  ];
}

function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
