import { createRequire } from 'node:module';
import type { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { CacheError } from '../../base/errors.js';
import { withDeadline } from '../../../waiting/deadline.js';
import { orCacheError, orRefused } from '../dynamo/or-cache-error.js';
import type { DynamoConnection } from '../../../dynamo/dynamo-client.js';
import type { ItemClient } from '../dynamo/item-client.js';
import { toSdkError } from './dax-errors.js';

/** Which cluster, and as whom. */
export interface DaxConnection {
  readonly region: string;
  /** `dax://host:port`, or `daxs://host:port` for TLS. */
  readonly endpoint: string;
  /** Default: the SDK's chain of providers. */
  readonly credentials?: NonNullable<DynamoConnection['credentials']>;
  /** Time limit of one request, in ms, for callers without one of their own; default 5 s. */
  readonly requestTimeoutMs?: number;
}

/** What is there of AWS's client: its types promise more, and lack the method that closes it. */
type DaxClient = Pick<DynamoDBDocument, 'get' | 'batchGet' | 'query' | 'put' | 'delete' | 'batchWrite'> & {
  shutdown(): void;
};
type DaxLibrary = { readonly DaxDocument: new (config: object) => DaxClient };

const REQUEST_TIMEOUT_MS = 5_000;
/** AWS's client leaves these two timers behind when it is closed: at its own 7 and 10 s they would keep the process. */
const RECOVERY_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;

/**
 * {@link ItemClient} over AWS's DAX client. That client ignores signals, and a request on a connection which the server
 * closed while it was idle never settles: every call has a deadline of its own here, and no answer is waited for after it.
 */
export function createDaxItemClient(connection: DaxConnection): ItemClient {
  const { region, credentials, requestTimeoutMs = REQUEST_TIMEOUT_MS } = connection;
  const client = new (loadLibrary().DaxDocument)({
    region,
    endpoint: withoutHostsFile(connection.endpoint),
    requestTimeout: requestTimeoutMs,
    maxRetryDelay: RECOVERY_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(credentials === undefined ? {} : { credentials }),
  });
  const late = (): CacheError => new CacheError('CACHE_STORE_FAULT', 'DAX did not answer in time.');
  const inTime = <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> =>
    withDeadline(call, { timeoutMs: requestTimeoutMs, late, signal }).catch((error: unknown) => {
      throw error instanceof CacheError ? error : toSdkError(error);
    });
  return {
    get: (request, signal) => orCacheError(inTime(signal, () => client.get(request))),
    batchGet: (request, signal) => orCacheError(inTime(signal, () => client.batchGet(request))),
    query: (request, signal) => orCacheError(inTime(signal, () => client.query(request))),
    batchWrite: (request, signal) => orCacheError(inTime(signal, () => client.batchWrite(request))),
    put: (request, signal) => orRefused(inTime(signal, () => client.put(request))),
    delete: (request, signal) => orRefused(inTime(signal, () => client.delete(request))),
    close: () => client.shutdown(),
  };
}

/** Loaded where the store is DAX only. Loading it takes every listener of warnings off the process: they are put back. */
function loadLibrary(): DaxLibrary {
  const listeners = process.rawListeners('warning');
  const library = createRequire(import.meta.url)('@amazon-dax-sdk/lib-dax') as DaxLibrary;
  const left = new Set(process.rawListeners('warning'));
  for (const listener of listeners) {
    if (!left.has(listener)) process.on('warning', listener as NodeJS.WarningListener);
  }
  return library;
}

/** The client asks name servers only, and these do not know `localhost`. */
function withoutHostsFile(endpoint: string): string {
  return endpoint.replace(/^(daxs?:\/\/)localhost(?=[:/]|$)/i, '$1127.0.0.1');
}
