// Where results go beside the screen: tables between their marks in the page, plots beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';

/** Set by `npm run bench`; a benchmark that is started by itself only prints. */
const WRITES = process.env.BENCH_DOCS === 'write';
const DOCS = join(import.meta.dirname, '../../docs');
const PAGE = join(DOCS, 'performance.md');

/** Puts `text` where the page has `<!-- bench name -->`, up to `<!-- end -->`. */
export function writeTable(name, text) {
  if (!WRITES) return;
  const page = readFileSync(PAGE, 'utf8');
  const mark = `<!-- bench ${name} -->\n`;
  const from = page.indexOf(mark);
  const to = page.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`docs/performance.md has no place for ${name}`);
  writeFileSync(PAGE, `${page.slice(0, from + mark.length)}\n${text}\n\n${page.slice(to)}`);
}

export function writePlot(name, svg) {
  if (WRITES) writeFileSync(join(DOCS, 'img', `${name}.svg`), svg);
}

export async function formatPage() {
  const options = { singleQuote: true, printWidth: 110, proseWrap: 'preserve', parser: 'markdown' };
  writeFileSync(PAGE, await format(readFileSync(PAGE, 'utf8'), options));
}
