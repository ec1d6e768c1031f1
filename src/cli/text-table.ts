const CONTROL = /\p{Cc}+/gu;
const MAX_WIDTH = 60;

/** Rows under headings, in columns as wide as their widest cell; long cells are cut, and nothing steers the terminal. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [headings, ...rows].map((row) => row.map(plain));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function plain(text: string): string {
  const line = text.replace(CONTROL, ' ');
  return line.length <= MAX_WIDTH
    ? line
    : `${Array.from(line)
        .slice(0, MAX_WIDTH - 1)
        .join('')}…`;
}
