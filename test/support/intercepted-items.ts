import type { ItemClient } from '../../src/cache/stores/dynamo/item-client.js';

export type Operation = Exclude<keyof ItemClient, 'close'>;

export interface SentRequest {
  readonly operation: Operation;
  /** As the store built it. */
  readonly request: Readonly<Record<string, unknown>>;
  /** The names of the tables' rows that it names, in order. */
  readonly rows: readonly string[];
}

/** Answers in the place of the client that it stands before, or lets the request through, or sends another one. */
export type Interceptor = (
  sent: SentRequest,
  forward: (request?: object) => Promise<unknown>,
) => Promise<unknown>;

/** A client that keeps what is sent, in order, and lets a test step in between. */
export class InterceptedItems {
  readonly sent: SentRequest[] = [];
  interceptor: Interceptor = (_, forward) => forward();
  readonly client: ItemClient;

  constructor(inner: ItemClient) {
    type Method = (request: object, signal: AbortSignal) => Promise<never>;
    const step = (operation: Operation): Method => {
      const send = inner[operation].bind(inner) as Method;
      return (request, signal) => {
        const sent = { operation, request: request as SentRequest['request'], rows: rowsOf(request) };
        this.sent.push(sent);
        return this.interceptor(sent, (other = request) => send(other, signal)) as Promise<never>;
      };
    };
    this.client = {
      get: step('get'),
      batchGet: step('batchGet'),
      query: step('query'),
      put: step('put'),
      delete: step('delete'),
      batchWrite: step('batchWrite'),
      close: () => inner.close(),
    };
  }

  get operations(): readonly Operation[] {
    return this.sent.map(({ operation }) => operation);
  }
}

interface AnyRequest {
  readonly Key?: { readonly sk?: unknown };
  readonly Item?: { readonly sk?: unknown };
  readonly RequestItems?: Readonly<Record<string, Batch>>;
}

type Batch =
  | { readonly Keys: readonly { readonly sk?: unknown }[] }
  | readonly { readonly PutRequest: { readonly Item: { readonly sk?: unknown } } }[];

function rowsOf(request: AnyRequest): readonly string[] {
  const batches = Object.values(request.RequestItems ?? {}).flatMap((batch) =>
    'Keys' in batch ? batch.Keys : batch.map(({ PutRequest }) => PutRequest.Item),
  );
  return [request.Key, request.Item, ...batches].flatMap((row) =>
    row === undefined ? [] : [String(row.sk)],
  );
}
