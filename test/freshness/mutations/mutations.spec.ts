import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { RUNGS, setUpOf } from '../ladder/rungs.js';
import type { Edit } from './mutation.js';
import { MUTATIONS } from './mutations.js';

/** An edit that no longer fits the code would take nothing out. */
function expectToFit(edits: readonly Edit[]): void {
  const sources = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const parts = (sources.get(file) ?? readFileSync(`dist/${file}`, 'utf8')).split(find);
    expect({ file, find, times: parts.length - 1 }).toEqual({ file, find, times: 1 });
    sources.set(file, parts.join(replace));
  }
  // What is left has to be a program: an instance that does not start shows nothing.
  for (const [file, source] of sources) {
    expect(() => transformSync(source, { loader: 'js', sourcefile: file, logLevel: 'silent' })).not.toThrow();
  }
}

describe('edits fit the built code', () => {
  it.each(MUTATIONS.map((mutation) => [mutation.rule, mutation.without, mutation] as const))(
    'rule %i without %s',
    (_, __, { edits, fixture = [] }) => expectToFit([...fixture, ...edits]),
  );

  it.each(RUNGS.map(({ name }, index) => [name, index] as const))('ladder: %s', (_, index) =>
    expectToFit(setUpOf(index).edits),
  );

  it('every rule has a mutation', () => {
    expect([...new Set(MUTATIONS.map(({ rule }) => rule))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
