import type { RowCounts } from '../bundle.repository.js';
import type { ImportReport } from '../import-report.js';
import type { Tally, TallyLine } from '../tally.js';
import { printable } from './progress.js';

const COLUMNS = ['created', 'updated', 'unchanged', 'removed'] as const satisfies (keyof RowCounts)[];
const TITLES = ['', 'new', 'changed', 'unchanged', 'removed'];
const LINE_WIDTH = 100;

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
  const lines = tally.lines();
  if (lines.length === 0) return [];
  const width = Math.max(...lines.map(({ total }) => count(total).length));
  return ['', `${title}: ${count(tally.total)}`, ...lines.flatMap((line) => tallyLine(line, width))];
}

/** The number and the reason; then the types, each with its number where there are several. */
function tallyLine({ reason, total, types }: TallyLine, width: number): string[] {
  const [[only] = ['']] = types;
  if (types.length === 1) return [`  ${count(total).padStart(width)}  ${only}: ${reason}`];
  const indent = ' '.repeat(width + 6);
  const parts = types.map(([type, number]) => `${type} ${count(number)}`);
  return [`  ${count(total).padStart(width)}  ${reason}`, ...wrapped(parts).map((line) => indent + line)];
}

function wrapped(parts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined || last.length + part.length > LINE_WIDTH) lines.push(part);
    else lines[lines.length - 1] = `${last}, ${part}`;
  }
  return lines;
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
