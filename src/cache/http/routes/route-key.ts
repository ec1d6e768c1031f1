import type { IncomingHttpHeaders } from 'node:http';
import { canonicalArguments } from '../../keys/canonical-arguments.js';
import type { HeaderValue } from '../response/vary.js';

/** Who makes a request, as far as the cache is concerned. */
export interface CachePrincipal {
  readonly subject: string;
  readonly roles: readonly string[];
}

/** A request as far as a key depends on it. */
export interface KeyedRequest {
  /** The route's pattern, with every prefix: one handler may stand at several. */
  readonly pattern: string;
  /** Parameters in the `host` of its controller, where that has some. */
  readonly hosts?: Readonly<Record<string, string>> | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  readonly principal: CachePrincipal | undefined;
  /** `Vary` as hooks and `@Header` set it before the handler runs. */
  readonly vary?: HeaderValue;
}

/**
 * What tells the responses of one route apart, in canonical form.
 * @param query names of the query parameters that count, sorted
 * @param scope for whom the response is
 * @param fields names of the request header fields that count
 */
export function routeKey(
  { pattern, hosts, params, query: given, headers }: KeyedRequest,
  query: readonly string[],
  scope: readonly string[],
  fields: readonly string[],
): string {
  return canonicalArguments([
    pattern,
    hosts !== undefined && Object.keys(hosts).length > 0 ? { ...hosts } : undefined,
    params,
    query.map((name) => given[name]),
    scope,
    [...fields].sort().map((field) => [field, headerOf(headers, field)]),
  ]);
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
