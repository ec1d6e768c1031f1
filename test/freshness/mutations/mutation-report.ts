import { shortest } from '../history/trace.js';
import type { Check } from '../report.js';
import type { MutationResult } from './mutation-check.js';

export const MUTATION_HEAD = [
  '',
  'Mutation check: each rule taken out, and the interleaving that it is there for.',
  '',
  '| rule | taken out | with it: violations | without it: violations | of | stale ms |',
  '|---|---|---|---|---|---|',
];

export function mutationRow({ mutation, found, foundWithRule }: MutationResult): string {
  const first = shortest(found);
  const of = first === undefined ? 'NOT FOUND' : first.rule;
  const staleMs = first === undefined ? '' : Math.round(first.staleMs);
  return `| ${mutation.rule} | ${mutation.without} | ${foundWithRule.length} | ${found.length} | ${of} | ${staleMs} |`;
}

export function mutationCheck({ mutation, found, foundWithRule }: MutationResult): Check {
  return {
    title: `rule ${mutation.rule} without ${mutation.without}: found, and nothing found with it`,
    holds: found.length > 0 && foundWithRule.length === 0,
  };
}
