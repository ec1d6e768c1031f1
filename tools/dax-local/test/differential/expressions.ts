import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { attributeName, numberText, scalar, set, value } from './values.js';

/** A piece of an expression whose names and values stand in it as they are: `['name', ...]`, `{ value }`, text. */
export type Piece =
  string | { readonly path: readonly (string | number)[] } | { readonly value: AttributeValue };
export type Expression = readonly Piece[];

/** Gives the names and values of expressions their placeholders. */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  text(expression: Expression): string {
    return expression.map((piece) => this.#piece(piece)).join('');
  }

  members(): object {
    return {
      ...(this.#names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([name, at]) => [at, name])),
      }),
      ...(this.#values.length > 0 && {
        ExpressionAttributeValues: Object.fromEntries(this.#values.map((one, at) => [`:v${at}`, one])),
      }),
    };
  }

  #piece(piece: Piece): string {
    if (typeof piece === 'string') return piece;
    if ('value' in piece) return `:v${this.#values.push(piece.value) - 1}`;
    return piece.path.reduce<string>((text, element) => {
      if (typeof element === 'number') return `${text}[${element}]`;
      return `${text}${text === '' ? '' : '.'}${this.#name(element)}`;
    }, '');
  }

  #name(name: string): string {
    const placeholder = this.#names.get(name) ?? `#n${this.#names.size}`;
    this.#names.set(name, placeholder);
    return placeholder;
  }
}

/** Lists are not nested: AWS's client leaves holes where a projection goes through two of them. */
const path: fc.Arbitrary<Expression> = fc
  .oneof(
    { weight: 3, arbitrary: attributeName.map((name) => [name]) },
    fc.tuple(attributeName, attributeName).map(([one, two]) => [one, two]),
    fc.tuple(fc.constantFrom('l', 'a'), fc.integer({ min: 0, max: 3 })).map(([name, index]) => [name, index]),
  )
  .map((elements) => [{ path: elements }]);

const literal = (of: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Expression> =>
  of.map((one) => [{ value: one }]);
const join = (separator: string, parts: readonly Expression[]): Expression =>
  parts.flatMap((part, at) => (at === 0 ? part : [separator, ...part]));
const call = (name: string, ...parts: Expression[]): Expression => [`${name}(`, ...join(', ', parts), ')'];

const operand = fc.oneof(
  path,
  literal(scalar),
  path.map((one) => call('size', one)),
);

const test: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .tuple(path, fc.constantFrom(' = ', ' <> ', ' < ', ' <= ', ' > ', ' >= '), operand)
    .map(([left, operator, right]) => [...left, operator, ...right]),
  fc.tuple(path, operand, operand).map(([one, low, high]) => [...one, ' BETWEEN ', ...low, ' AND ', ...high]),
  fc
    .tuple(path, fc.array(operand, { minLength: 1, maxLength: 3 }))
    .map(([one, list]) => [...one, ' IN (', ...join(', ', list), ')']),
  path.map((one) => call('attribute_exists', one)),
  path.map((one) => call('attribute_not_exists', one)),
  fc
    .tuple(path, literal(fc.constantFrom('S', 'N', 'L', 'M', 'SS', '?').map((S) => ({ S }))))
    .map((parts) => call('attribute_type', ...parts)),
  fc.tuple(path, operand).map((parts) => call('begins_with', ...parts)),
  fc.tuple(path, operand).map((parts) => call('contains', ...parts)),
);

export const condition: fc.Arbitrary<Expression> = fc.letrec<{ condition: Expression }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    test,
    fc
      .tuple(tie('condition'), fc.constantFrom(' AND ', ' OR '), tie('condition'))
      .map(([left, operator, right]) => ['(', ...left, ')', operator, '(', ...right, ')']),
    tie('condition').map((inner) => ['NOT (', ...inner, ')']),
  ),
})).condition;

export const projection: fc.Arbitrary<Expression> = fc
  .uniqueArray(fc.oneof(path, fc.constantFrom<Expression>([{ path: ['pk'] }], [{ path: ['sk'] }])), {
    minLength: 1,
    maxLength: 4,
    selector: (one) => JSON.stringify(one),
  })
  .map((paths) => join(', ', paths));

const list = literal(fc.array(scalar, { maxLength: 2 }).map((L) => ({ L })));
const aNumber = literal(
  fc.oneof(fc.integer({ min: -9, max: 9 }).map(String), numberText).map((N) => ({ N })),
);
const named = (...elements: (string | number)[]): Expression => [{ path: elements }];

const setAction: fc.Arbitrary<Expression> = fc.oneof(
  fc.tuple(path, literal(value)).map(([to, from]) => [...to, ' = ', ...from]),
  fc
    .tuple(path, path, literal(value))
    .map(([to, from, otherwise]) => [...to, ' = ', ...call('if_not_exists', from, otherwise)]),
  list.map((more) => [...named('l'), ' = ', ...call('list_append', named('l'), more)]),
  fc
    .tuple(aNumber, fc.constantFrom(' + ', ' - '))
    .map(([by, sign]) => [...named('n'), ' = ', ...named('n'), sign, ...by]),
  literal(value).map((from) => [...named('m', 'new'), ' = ', ...from]),
);

/** Keyword and action. */
const action: fc.Arbitrary<readonly [string, Expression]> = fc.oneof(
  { weight: 3, arbitrary: setAction.map((one) => ['SET', one] as const) },
  path.map((one) => ['REMOVE', one] as const),
  fc
    .oneof(
      aNumber.map((by) => [...named('n'), ' ', ...by]),
      literal(set).map((more) => [...named('ss'), ' ', ...more]),
    )
    .map((one) => ['ADD', one] as const),
  literal(set).map((less) => ['DELETE', [...named('ss'), ' ', ...less]] as const),
);

export const update: fc.Arbitrary<Expression> = fc
  .array(action, { minLength: 1, maxLength: 3 })
  .map((actions) =>
    join(
      ' ',
      [...Map.groupBy(actions, ([keyword]) => keyword)].map(([keyword, all]) => [
        `${keyword} `,
        ...join(
          ', ',
          all.map(([, one]) => one),
        ),
      ]),
    ),
  );
