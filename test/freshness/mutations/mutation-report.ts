import { shortest } from '../history/trace.js';
import type { Check } from '../report.js';
import { isShown, type MutationResult } from './mutation-check.js';

export const MUTATION_HEAD = [
  '',
  'Mutation check: each rule taken out, and the interleaving that it is there for.',
  '',
  '| rule | taken out | with it: violations | without it: violations | of | stale ms |',
  '|---|---|---|---|---|---|',
];

export function mutationRow({ mutation, without, withRule }: MutationResult): string {
  const first = shortest(without.violations.filter(({ rule }) => rule === mutation.expects));
  const of = first === undefined ? `NOT FOUND: ${mutation.expects}` : first.rule;
  const staleMs = first === undefined ? '' : Math.round(first.staleMs);
  const found = `${withRule.violations.length}${withRule.complete ? '' : ', INCOMPLETE'}`;
  return `| ${mutation.rule} | ${mutation.without} | ${found} | ${without.violations.length} | ${of} | ${staleMs} |`;
}

export function mutationCheck(result: MutationResult): Check {
  const { rule, without } = result.mutation;
  return {
    title: `rule ${rule} without ${without}: found, and with it all is answered and nothing found`,
    holds: isShown(result),
  };
}
