import { readFileSync } from 'node:fs';
import { MUTATIONS } from './mutations.js';

/** A mutation that no longer fits the code would take nothing out. */
describe('mutations fit the built code', () => {
  it.each(
    MUTATIONS.map((mutation) => [`rule ${mutation.rule} without ${mutation.without}`, mutation] as const),
  )('%s', (_, { edits, fixture = [] }) => {
    const sources = new Map<string, string>();
    for (const { file, find, replace } of [...fixture, ...edits]) {
      const parts = (sources.get(file) ?? readFileSync(`dist/${file}`, 'utf8')).split(find);
      expect({ file, find, times: parts.length - 1 }).toEqual({ file, find, times: 1 });
      sources.set(file, parts.join(replace));
    }
  });

  it('every rule has one, but that of messages', () => {
    expect([...new Set(MUTATIONS.map(({ rule }) => rule))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
