// Figures are medians of rounds, with the least and the greatest; a ratio is of medians of the same run.
import { cpus, loadavg, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { writeTable } from './docs.mjs';

const LOAD_AT_START = loadavg()[0];
const BYTES_PER_GIB = 2 ** 30;

export const median = (values) => quantile(values, 0.5);

/** The value below which the share `q` of `values` is. */
export function quantile(values, q) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
}

/** `median (min–max)`. */
export function spread(values, digits = 0) {
  return `${number(median(values), digits)} (${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)})`;
}

export function number(value, digits = 0) {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export const ratio = (values, base) => (median(values) / median(base)).toFixed(2);

/**
 * Prints a table in Markdown, under a title with what the machine is and how busy it was.
 * @param name of its place in the documentation, where `npm run bench` puts it
 */
export function report(name, title, columns, rows) {
  const [{ model }] = cpus();
  const load = `load average ${LOAD_AT_START.toFixed(1)} at the beginning, ${loadavg()[0].toFixed(1)} at the end`;
  const machine = `${cpus().length} cores (${model.trim()}), ${Math.round(totalmem() / BYTES_PER_GIB)} GiB, Node ${process.version}, ${load}`;
  const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const text = `${title}; ${machine}:\n\n${lines.join('\n')}`;
  console.log(`\n${text}`);
  writeTable(name, text);
}

/** How long `work` took, in ms. */
export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/**
 * One round: all of `works` in turn, `times` times, so that what else the machine does falls on all alike.
 * @returns for each of them how long it took each time, in ms
 */
export async function durations(times, works) {
  const taken = works.map(() => []);
  for (let i = 0; i < times; i++)
    for (const [at, work] of works.entries()) taken[at].push(await timed(() => work(i)));
  return taken;
}

/** {@link durations}, of each the median. */
export async function round(times, works) {
  return (await durations(times, works)).map(median);
}
