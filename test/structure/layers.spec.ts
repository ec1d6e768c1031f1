import { resolve } from 'node:path';

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly imports: readonly string[];
}

interface Layers {
  readonly floors: readonly (readonly string[])[];
  readonly upward: readonly string[];
  readonly cycles: readonly (readonly string[])[];
}

const { layersOf } = (await import(resolve('scripts/structure/layers.mjs'))) as {
  readonly layersOf: (graph: { nodes: readonly string[]; arrows: readonly Arrow[] }) => Layers;
};

/** @param arrows such as `a b`; what is written twice are two imports */
function layers(nodes: string, ...arrows: string[]): Layers {
  return layersOf({
    nodes: nodes.split(' '),
    arrows: [...Map.groupBy(arrows, (arrow) => arrow)].map(([arrow, imports]) => {
      const [from = '', to = ''] = arrow.split(' ');
      return { from, to, imports };
    }),
  });
}

describe('layersOf', () => {
  it('without a cycle: a node stands above the highest that it imports', () => {
    expect(layers('a b c d', 'a b', 'b c', 'a c', 'd c')).toEqual({
      floors: [['c'], ['b', 'd'], ['a']],
      upward: [],
      cycles: [],
    });
  });

  it('two import each other: the fewer imports are upward', () => {
    expect(layers('a b', 'a b', 'b a', 'b a')).toEqual({
      floors: [['a'], ['b']],
      upward: ['a b'],
      cycles: [['a', 'b']],
    });
  });

  it('cycles that share an import: it alone is upward, and each cycle is named', () => {
    const { floors, upward, cycles } = layers('a b c', 'a b', 'b c', 'a c', 'a b', 'c a');

    expect(floors).toEqual([['c'], ['b'], ['a']]);
    expect(upward).toEqual(['c a']);
    expect(cycles).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ]);
  });
});
