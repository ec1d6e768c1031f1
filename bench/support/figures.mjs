// Figures are medians of rounds, with the least and the greatest; a ratio is of medians of the same run.
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** `median (min–max)`. */
export function spread(values, digits = 0) {
  const text = (value) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

export const ratio = (values, base) => (median(values) / median(base)).toFixed(2);

/** Prints a table in Markdown, under a title with what the machine is. */
export function report(title, columns, rows) {
  console.log(`\n${title}; ${cpus().length} cores, Node ${process.version}\n`);
  console.log(`| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

/** How long `work` took, in ms. */
export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/**
 * One round: all of `works` in turn, `times` times, so that what else the machine does falls on all alike.
 * @returns for each of them the median of how long it took, in ms
 */
export async function round(times, works) {
  const durations = works.map(() => []);
  for (let i = 0; i < times; i++)
    for (const [at, work] of works.entries()) durations[at].push(await timed(() => work(i)));
  return durations.map(median);
}
