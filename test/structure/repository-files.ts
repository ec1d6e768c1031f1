import { globSync } from 'node:fs';
import { posix } from 'node:path';

/** What is installed, built, generated or sample data: nothing that a comment would name as ours. */
const NOT_OURS = new Set([
  'node_modules',
  'dist',
  'dist-lambda',
  'coverage',
  '.git',
  '.data',
  'cdk.out',
  'generated',
  'samples',
]);

/** Every file and folder of the repository, from its root. */
export const PATHS: readonly string[] = globSync(['**/*', '.*'], {
  exclude: (path) => NOT_OURS.has(posix.basename(path.replaceAll('\\', '/'))),
}).map((path) => path.replaceAll('\\', '/'));

const KNOWN = new Set(PATHS);
const TOP_FOLDERS = new Set(PATHS.filter((path) => path.includes('/')).map(topOf));

export function filesIn(folders: readonly string[], extension: RegExp): string[] {
  return PATHS.filter((path) => extension.test(path) && folders.includes(topOf(path)));
}

/** Whether `name` can only be a file or folder of ours: `keeper.json` or `index.js` may be anything. */
export function looksLikeOurs(name: string): boolean {
  if (/^(\.{0,2}\/|\*)|:\/\/|[<>@()[\]$'"\\=]/.test(name)) return false;
  if (name.includes('/') && (TOP_FOLDERS.has(topOf(name)) || topOf(name) === 'dist')) return true;
  return /\w\.(ts|mjs|cjs|md|yml|prisma|sql)$/.test(name);
}

/**
 * What `name` may stand for where `namedIn` names it: a path from the root or from the folder of `namedIn`, a pattern, or
 * the end of a path, such as `cache-key.ts`. What is built is looked up where it comes from. Empty = there is none.
 */
export function pathsOf(name: string, namedIn: string): readonly string[] {
  const wanted = sourceOf(name).replace(/\/$/, '');
  for (const exact of [wanted, posix.join(posix.dirname(namedIn), wanted)]) {
    if (KNOWN.has(exact)) return [exact];
  }
  if (/[*{]/.test(wanted)) return PATHS.filter((path) => posix.matchesGlob(path, wanted));
  return PATHS.filter((path) => path.endsWith(`/${wanted}`));
}

/** The JavaScript of `dist` is the TypeScript of `src`; other paths are as they are. */
function sourceOf(path: string): string {
  if (!/(^|\/)dist(\/|$)/.test(path)) return path;
  return path.replace(/(^|\/)dist(?=\/|$)/, '$1src').replace(/\.js$/, '.ts');
}

function topOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}
