import type { Found, Synthesis } from './synthesis.ts';

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface PlacedStatement extends Found {
  readonly statement: Statement;
}

/** Every statement of every policy, wherever in a resource it stands: anything with a Version and Statements is one. */
export function statementsOf({ resources }: Synthesis): readonly PlacedStatement[] {
  return resources.flatMap((found) =>
    documentsIn(found.resource.Properties).flatMap((statements) =>
      statements.map((statement) => ({ ...found, statement })),
    ),
  );
}

function documentsIn(value: unknown): readonly (readonly Statement[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(documentsIn);
  const { Statement: statements } = value as { Statement?: Statement | readonly Statement[] };
  return statements === undefined ? inside : [[statements].flat() as Statement[], ...inside];
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];
}

/** What a statement allows by wildcard: parts such as `Action logs:*`, `Resource *`, `Principal *`. */
export function wildcardsOf(statement: Statement): readonly string[] {
  if (statement.Effect !== 'Allow') return [];
  const inverted = (['NotAction', 'NotResource', 'NotPrincipal'] as const).filter(
    (part) => statement[part] !== undefined,
  );
  const named = (part: 'Action' | 'Resource') =>
    listOf(statement[part])
      .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
      .filter((value) => value.includes('*'))
      .map((value) => `${part} ${value}`);
  const anyone = JSON.stringify(statement.Principal ?? null).includes('"*"') ? ['Principal *'] : [];
  return [...inverted, ...named('Action'), ...named('Resource'), ...anyone];
}
