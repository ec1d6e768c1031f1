import type { RowCounts } from '../bundle.repository.js';
import type { ImportReport } from '../import-report.js';
import type { Tally } from '../tally.js';
import { printable } from './progress.js';

const COLUMNS = ['created', 'updated', 'unchanged', 'removed'] as const satisfies (keyof RowCounts)[];
const TITLES = ['', 'new', 'changed', 'unchanged', 'removed'];

/** The report as an operator reads it at the end. */
export function reportLines(report: ImportReport): string[] {
  const { failures, imported, stopped } = report;
  const files = `${count(imported)} imported, ${count(failures.length)} failed`;
  return [
    '',
    ...table([TITLES, ...countRows(report)]),
    '',
    `Files: ${files}${stopped === undefined ? '' : `; stopped before the end: ${stopReason(stopped)}`}`,
    ...tallyLines('Skipped', report.skipped),
    ...tallyLines('Imported with a remark', report.notes),
    ...(failures.length === 0 ? [] : ['', 'Failed files']),
    ...failures.map(({ path, reason }) => `  ${printable(path)}: ${reason}`),
  ];
}

function stopReason(stopped: NonNullable<ImportReport['stopped']>): string {
  return stopped.cause === 'interrupted' ? 'interrupted' : stopped.reason;
}

function countRows({ counts }: ImportReport): string[][] {
  return (['patients', 'exams', 'medications'] as const).map((name) => [
    name,
    ...COLUMNS.map((column) => count(counts[name][column])),
  ]);
}

function tallyLines(title: string, tally: Tally): string[] {
  if (tally.total === 0) return [];
  const rows = tally.entries().map(([reason, number]) => ({ reason, number: count(number) }));
  const width = Math.max(...rows.map(({ number }) => number.length));
  return [
    '',
    `${title}: ${count(tally.total)}`,
    ...rows.map(({ reason, number }) => `  ${number.padStart(width)}  ${reason}`),
  ];
}

/** The first column to the left, numbers to the right. */
function table(rows: readonly string[][]): string[] {
  const widths = TITLES.map((_title, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  '),
  );
}

function count(number: number): string {
  return number.toLocaleString('en-GB');
}
