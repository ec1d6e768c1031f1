import type { Rule, Violation } from '../history/freshness-checker.js';
import { noCounts, type Counts } from '../run/counts.js';
import { isComplete, isShown, type Outcome } from './mutation-check.js';
import type { Mutation } from './mutation.js';

const MUTATION: Mutation = {
  ...{ rule: 3, without: 'a rule', consistency: 'bounded', expects: 'bounded', edits: [] },
  scenario: () => Promise.resolve(),
};

function found(...rules: Rule[]): Violation[] {
  const read = {
    register: 'r',
    value: '1',
    instance: 'a',
    mode: 'bounded',
    startedAt: 1,
    endedAt: 2,
  } as const;
  return rules.map((rule) => ({ rule, read, stale: undefined, newer: undefined, staleMs: 0 }));
}

const WITH_RULE: Outcome = { violations: [], complete: true };
const WITHOUT: Outcome = { violations: found('bounded'), complete: true };

describe('isShown', () => {
  it.each([
    ['found without the rule, nothing with it', WITHOUT, WITH_RULE, true],
    ['nothing without it', WITH_RULE, WITH_RULE, false],
    ['something with it', WITHOUT, { violations: found('bounded'), complete: true }, false],
    ['not all answered with it', WITHOUT, { violations: [], complete: false }, false],
    ['another rule was broken', { violations: found('unwritten'), complete: true }, WITH_RULE, false],
  ] as const)('%s: %#', (_, without, withRule, shown) => {
    expect(isShown({ mutation: MUTATION, without, withRule })).toBe(shown);
  });
});

describe('isComplete', () => {
  it.each<[Partial<Counts>, boolean]>([
    [{ reads: 1 }, true],
    [{ reads: 0 }, false],
    [{ reads: 1, refused: 1 }, false],
    [{ reads: 1, markedStale: 1 }, false],
    [{ reads: 1, lostAnswers: 1 }, false],
  ])('%j: %j', (counts, complete) => {
    expect(isComplete({ ...noCounts(), ...counts })).toBe(complete);
  });
});
