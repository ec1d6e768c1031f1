import { campaignChecks, type CampaignEvidence } from './report.js';
import { noCounts, type Counts } from './run/counts.js';

const OPTIONS = { nemeses: [], leastReads: 50_000 };
const ALL = { L1: 9, L2: 9, 'fwd=miss; stored': 9 };

function counts(more: Partial<Counts> = {}): Counts {
  const sources = {
    strong: { by: ALL, unchanged: 9 },
    bounded: { by: ALL, unchanged: 9 },
    origin: { by: { 'fwd=request; stored': 9 }, unchanged: 0 },
  };
  return { ...noCounts(), reads: 50_000, writes: 200, sources, ...more };
}

/** What does not hold of a run without violations. */
function failed(some: Counts): string[] {
  const evidence: CampaignEvidence = { session: { counts: some, checker: { violations: [] } }, used: {} };
  return campaignChecks(OPTIONS, evidence)
    .filter(({ holds }) => !holds)
    .map(({ title }) => title);
}

describe('campaignChecks', () => {
  it('enough reads of all kinds: all hold', () => {
    expect(failed(counts())).toEqual([]);
  });

  it('one read less than stated: fails', () => {
    expect(failed(counts({ reads: 49_999 }))).toEqual(['there were 50000 reads']);
  });

  it.each([
    ['strong', 'L1', { by: { ...ALL, L1: 0 }, unchanged: 9 }],
    ['bounded', 'L2', { by: { L1: 9, 'fwd=miss; stored': 9 }, unchanged: 9 }],
    ['strong', 'loads', { by: { L1: 9, L2: 9, 'fwd=miss; collapsed': 9 }, unchanged: 9 }],
    ['bounded', 'answers "unchanged"', { by: ALL, unchanged: 0 }],
    ['origin', 'loads', { by: {}, unchanged: 0 }],
  ] as const)('no read in %s came by %s: fails', (mode, what, sources) => {
    const all = counts();

    expect(failed({ ...all, sources: { ...all.sources, [mode]: sources } })).toEqual([
      `every way to an answer was met, not: ${mode}: ${what}`,
    ]);
  });
});
