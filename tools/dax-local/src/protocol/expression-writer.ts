import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CborError } from '../cbor/cbor-error.js';
import {
  ACTIONS,
  ARITHMETIC,
  COMPARATORS,
  FUNCTIONS,
  OP,
  readCondition,
  readUpdate,
  type Node,
  type Path,
} from './expression-nodes.js';

const COMPOSITE = new Set<number>([OP.and, OP.or, OP.not, OP.between]);

/**
 * Turns the trees of one request back into the texts that DynamoDB takes. Clients have put the names in already, so every
 * name gets a placeholder: reserved words and names with dots are indistinguishable by now.
 */
export class ExpressionWriter {
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, AttributeValue>();
  /** Values of the expression being written. */
  #current: readonly AttributeValue[] = [];
  #placeholders: (string | undefined)[] = [];

  /** @throws {CborError} */
  condition(bytes: Buffer | undefined): string | undefined {
    if (bytes === undefined) return undefined;
    const { tree, values } = readCondition(bytes);
    this.#begin(values);
    return this.#text(tree);
  }

  /** @throws {CborError} */
  update(bytes: Buffer | undefined): string | undefined {
    if (bytes === undefined) return undefined;
    const { tree, values } = readUpdate(bytes);
    this.#begin(values);
    const clauses = new Map<string, string[]>();
    for (const action of tree) {
      const keyword = ACTIONS[action.op];
      if (keyword === undefined) throw new CborError(`unknown action ${action.op}`);
      const separator = keyword === 'SET' ? ' = ' : ' ';
      const text = action.operands.map((operand) => this.#text(operand)).join(separator);
      clauses.set(keyword, [...(clauses.get(keyword) ?? []), text]);
    }
    return [...clauses].map(([keyword, actions]) => `${keyword} ${actions.join(', ')}`).join(' ');
  }

  projection(paths: readonly Path[] | undefined): string | undefined {
    return paths?.map((path) => this.#path(path)).join(', ');
  }

  /** The placeholders of everything written so far, as members of a request. */
  placeholders(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    const names = [...this.#names].map(([name, placeholder]) => [placeholder, name] as const);
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(this.#values.size > 0 && { ExpressionAttributeValues: Object.fromEntries(this.#values) }),
    };
  }

  #begin(values: readonly AttributeValue[]): void {
    this.#current = values;
    this.#placeholders = [];
  }

  #text(node: Node): string {
    const { op, operands } = node;
    const comparator = COMPARATORS[op] ?? ARITHMETIC[op];
    if (comparator !== undefined) return `${this.#operand(node, 0)} ${comparator} ${this.#operand(node, 1)}`;
    if (FUNCTIONS[op] !== undefined)
      return `${FUNCTIONS[op]}(${operands.map((operand) => this.#text(operand)).join(', ')})`;
    switch (op) {
      case OP.variable:
        return this.#variable(node.index);
      case OP.path:
        return this.#path(node.path ?? []);
      case OP.and:
      case OP.or:
        return this.#logical(node);
      case OP.not:
        return `NOT ${this.#operand(node, 0)}`;
      case OP.between:
        return `${this.#operand(node, 0)} BETWEEN ${this.#operand(node, 1)} AND ${this.#operand(node, 2)}`;
      case OP.in: {
        const list = operands.slice(1).map((operand) => this.#text(operand));
        return `${this.#operand(node, 0)} IN (${list.join(', ')})`;
      }
      default:
        throw new CborError(`unknown operator ${op}`);
    }
  }

  /** A chain `a AND b AND c` leans to the left: its left side needs no parentheses, and DynamoDB limits their depth. */
  #logical(node: Node): string {
    const left = node.operands[0];
    const first = left?.op === node.op ? this.#text(left) : this.#operand(node, 0);
    return `${first} ${node.op === OP.and ? 'AND' : 'OR'} ${this.#operand(node, 1)}`;
  }

  #operand(node: Node, position: number): string {
    const operand = node.operands[position];
    if (operand === undefined) throw new CborError('an operator without its operand');
    return COMPOSITE.has(operand.op) ? `(${this.#text(operand)})` : this.#text(operand);
  }

  #path(path: Path): string {
    let text = '';
    for (const element of path) {
      if (typeof element === 'number') text += `[${element}]`;
      else text += text === '' ? this.#name(element) : `.${this.#name(element)}`;
    }
    return text;
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const placeholder = `#${this.#names.size.toString(36)}`;
    this.#names.set(name, placeholder);
    return placeholder;
  }

  #variable(index: number | undefined): string {
    const value = index === undefined ? undefined : this.#current[index];
    if (index === undefined || value === undefined) throw new CborError('a variable without value');
    const placeholder = (this.#placeholders[index] ??= `:${this.#values.size.toString(36)}`);
    this.#values.set(placeholder, value);
    return placeholder;
  }
}
