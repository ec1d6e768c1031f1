// How much one has to know: who imports whom in the cache, and which files take part in one request.
// npm run structure [-- [folder instead of src/cache, and then without requests] [--list, for the names]]
import { parseArgs } from 'node:util';
import { importGraph } from './structure/import-graph.mjs';
import { layersOf } from './structure/layers.mjs';

const { values, positionals } = parseArgs({
  options: { list: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const print = (line) => process.stdout.write(`${line}\n`);
const printAll = (lines) => lines.forEach((line) => print(`  ${line}`));

async function printGraph(folder) {
  const graph = await importGraph(folder);
  const { floors, upward, cycles } = layersOf(graph);
  print(`${folder}: ${graph.lines} lines of TypeScript without tests`);
  print(`nodes: ${graph.nodes.length}, arrows: ${graph.arrows.length}, floors: ${floors.length}`);
  if (values.list) printAll(floors.map((nodes, i) => `${i}  ${nodes.join('  ')}`).reverse());
  print(`upward imports: ${upward.length}`);
  printAll(upward);
  print(`cycles: ${cycles.length}`);
  printAll(cycles.map((nodes) => [...nodes, nodes[0]].join(' → ')));
}

/** Apart, since it needs `dist`. */
async function printRequests() {
  const { filesByRequest } = await import('./structure/requests.mjs');
  for (const [request, files] of Object.entries(await filesByRequest())) {
    print(`${request}: ${files.length} files`);
    if (values.list) printAll(files);
  }
}

await printGraph(positionals[0] ?? 'src/cache');
if (positionals.length === 0) await printRequests();
