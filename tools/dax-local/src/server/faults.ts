import type { MethodName } from '../protocol/methods.js';

/** Something to go wrong on purpose. */
export type Fault = (
  | {
      /** The connection breaks: before the request is carried out, or after it, in place of the answer. */
      readonly kind: 'drop';
      readonly when?: 'before' | 'after';
    }
  | {
      /** A client that leaves meanwhile takes its request with it. */
      readonly kind: 'delay';
      readonly delayMs: number;
    }
  | { readonly kind: 'throttle' }
  | {
      /** Any exception of DynamoDB. */
      readonly kind: 'error';
      readonly name: string;
      readonly message?: string;
    }
) & {
  /** The node's number, from 0. Absent: every node. */
  readonly node?: number;
  /** Absent: every operation on items. */
  readonly methods?: readonly MethodName[];
  /** How many requests it hits; 1 when absent, Infinity for all until it is cancelled. */
  readonly times?: number;
};

/** A fault that was ordered. */
export interface OrderedFault {
  /** Requests that it has hit. */
  readonly hits: number;
  cancel(): void;
}

const NOT_ABOUT_ITEMS = new Set<MethodName>([
  'authorizeConnection',
  'endpoints',
  'defineKeySchema',
  'defineAttributeListId',
  'defineAttributeList',
]);

/** Faults on order. The one that was ordered first hits first. */
export class Faults {
  readonly #ordered = new Set<{ fault: Fault; hits: number }>();

  order(fault: Fault): OrderedFault {
    const entry = { fault, hits: 0 };
    this.#ordered.add(entry);
    return {
      get hits() {
        return entry.hits;
      },
      cancel: () => this.#ordered.delete(entry),
    };
  }

  /** The fault that hits this request, and is one time nearer to its end by it. */
  take(node: number, method: MethodName): Fault | undefined {
    for (const entry of this.#ordered) {
      const { fault } = entry;
      const isMeant = fault.methods?.includes(method) ?? !NOT_ABOUT_ITEMS.has(method);
      if (!isMeant || (fault.node ?? node) !== node) continue;
      entry.hits++;
      if (entry.hits >= (fault.times ?? 1)) this.#ordered.delete(entry);
      return fault;
    }
    return undefined;
  }
}
