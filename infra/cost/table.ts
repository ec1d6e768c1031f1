import { VARIANTS, monthlyCost } from './model.ts';

export const SIZES = [1, 100, 10_000] as const;

/** The table of docs/deploy.md. */
export function costTable(): string {
  const rows = SIZES.flatMap((requests) =>
    VARIANTS.map((variant) => {
      const { tables, dax, database, instances, network, trail, total } = monthlyCost(requests, variant);
      return [
        number(requests),
        variant,
        ...[tables, dax, database, instances, network, trail, total].map(number),
      ];
    }),
  );
  return markdown(
    ['requests/s', 'shared tier', 'tables', 'DAX', 'database', 'instances', 'network', 'trail', 'total'],
    rows,
  );
}

export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
