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
 * @returns for each of them the quantiles of how long it took, in ms, and the CPU time of this process, in µs each
 */
export async function round(times, works) {
  const taken = works.map(() => ({ ms: [], cpuMicroseconds: 0 }));
  for (let i = 0; i < times; i++)
    for (const [at, work] of works.entries()) {
      const cpu = process.cpuUsage();
      taken[at].ms.push(await timed(() => work(i)));
      const { user, system } = process.cpuUsage(cpu);
      taken[at].cpuMicroseconds += user + system;
    }
  return taken.map(({ ms, cpuMicroseconds }) => ({
    p50Ms: quantile(ms, 0.5),
    p99Ms: quantile(ms, 0.99),
    cpuMicroseconds: cpuMicroseconds / times,
  }));
}

export const CALL_FIGURES = ['p50 ms', 'p99 ms', 'CPU µs'];

/** The columns {@link CALL_FIGURES} of the rounds of one work. */
export function figuresOfCalls(rounds) {
  const { p50Ms, p99Ms, cpuMicroseconds } = eachOf(rounds);
  return [spread(p50Ms, 2), spread(p99Ms, 1), spread(cpuMicroseconds)];
}

/** By figure, its value in each round. */
export function eachOf(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map((figure) => [figure, rounds.map((round) => round[figure])]),
  );
}
