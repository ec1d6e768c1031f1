// The floors of a graph: whoever imports stands above what it imports. In a cycle that cannot be; there the order is taken that has
// the fewest imports against it, and these are the upward ones.

/** Ordering takes 2^n steps for n nodes that are tangled. */
const MOST_TANGLED = 18;

/**
 * @returns `floors` from the bottom, where a node stands above the highest that it imports, upward imports left out;
 *   `upward` imports; and `cycles`, each as its nodes in order
 */
export function layersOf({ nodes, arrows }) {
  const reached = new Map(nodes.map((node) => [node, reachedFrom(node, arrows)]));
  const groups = Map.groupBy(nodes, (node) =>
    nodes.find((other) => other === node || (reached.get(node).has(other) && reached.get(other).has(node))),
  );
  const tangles = [...groups.values()].filter((group) => group.length > 1);
  const upward = new Set(tangles.flatMap((tangle) => againstBestOrder(tangle, arrows)));
  return {
    floors: floorsOf(
      nodes,
      arrows.filter((arrow) => !upward.has(arrow)),
    ),
    upward: [...upward].flatMap(({ imports }) => imports),
    cycles: tangles.flatMap((tangle) => cyclesIn(tangle, arrows)),
  };
}

function reachedFrom(node, arrows) {
  const reached = new Set();
  const next = [node];
  while (next.length > 0) {
    const at = next.pop();
    for (const { from, to } of arrows) {
      if (from !== at || reached.has(to)) continue;
      reached.add(to);
      next.push(to);
    }
  }
  return reached;
}

/** The best order of every set of nodes, from the best of the sets that have one less: the one that is put on top. */
function againstBestOrder(tangle, arrows) {
  if (tangle.length > MOST_TANGLED) throw new RangeError(`${tangle.length} nodes in one tangle`);
  const inside = arrows.filter(({ from, to }) => tangle.includes(from) && tangle.includes(to));
  const best = [{ imports: 0, upward: [] }];
  for (let set = 1; set < 2 ** tangle.length; set++) {
    for (const [i, top] of tangle.entries()) {
      if ((set & (1 << i)) === 0) continue;
      const below = set ^ (1 << i);
      const isBelow = (node) => (below & (1 << tangle.indexOf(node))) !== 0;
      const more = inside.filter(({ from, to }) => to === top && isBelow(from));
      const imports = more.reduce((sum, arrow) => sum + arrow.imports.length, best[below].imports);
      if (best[set] === undefined || imports < best[set].imports)
        best[set] = { imports, upward: [...best[below].upward, ...more] };
    }
  }
  return best.at(-1).upward;
}

function floorsOf(nodes, arrows) {
  const floors = new Map();
  const floorOf = (node) => {
    if (!floors.has(node)) {
      const imported = arrows.filter(({ from }) => from === node).map(({ to }) => floorOf(to));
      floors.set(node, Math.max(-1, ...imported) + 1);
    }
    return floors.get(node);
  };
  return [...Map.groupBy(nodes, floorOf)].sort(([a], [b]) => a - b).map(([, onFloor]) => onFloor);
}

/** Every way around that meets no node twice, from its first node by name. */
function cyclesIn(tangle, arrows) {
  const cycles = [];
  const walk = (path) => {
    for (const { from, to } of arrows) {
      if (from !== path.at(-1) || !tangle.includes(to) || to < path[0]) continue;
      if (to === path[0]) cycles.push(path);
      else if (!path.includes(to)) walk([...path, to]);
    }
  };
  for (const node of tangle) walk([node]);
  return cycles;
}
