// Who imports whom directly below a folder: a file there is a node, and so is a sub-folder with all that is in it. Types that are
// imported count; spec files do not, nor does what a browser loads.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const { options } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
const SPEC = /\.spec\.ts$/;

/**
 * @returns the names of the nodes; the arrows between them, each with the imports that it stands for, such as
 *   `src/cache/codec/codec.ts → src/cache/base/events.ts`; and the lines of the files
 */
export async function importGraph(folder) {
  const below = `${folder.replace(/\/$/, '')}/`;
  const modules = await modulesOf(below);
  const nodeOf = (path) => path.slice(below.length).split('/')[0];
  const arrows = new Map();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [nodeOf(source), nodeOf(resolved)];
      if (!resolved.startsWith(below) || from === to) continue;
      const key = `${from} → ${to}`;
      if (!arrows.has(key)) arrows.set(key, { from, to, imports: [] });
      arrows.get(key).imports.push(`${source} → ${resolved}`);
    }
  }
  return {
    nodes: [...new Set(modules.map(({ source }) => nodeOf(source)))].sort(),
    arrows: [...arrows.values()],
    lines: modules.reduce((sum, { source }) => sum + linesOf(source), 0),
  };
}

async function modulesOf(below) {
  const { output } = await cruise([below], options, undefined, {
    tsConfig: extractTSConfig('tsconfig.json'),
  });
  return output.modules.filter(
    ({ source }) => source.startsWith(below) && source.endsWith('.ts') && !SPEC.test(source),
  );
}

function linesOf(path) {
  return readFileSync(path, 'utf8').split('\n').length - 1;
}
