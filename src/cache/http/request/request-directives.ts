import type { IncomingHttpHeaders } from 'node:http';

/** What a request says about caches (RFC 9111, section 5.2.1). */
export interface RequestDirectives {
  /** `no-store`: keep nothing of the answer. */
  readonly noStore: boolean;
  /** `no-cache`, `max-age=0`, or the older `Pragma: no-cache`: answer from the origin. */
  readonly noCache: boolean;
  /** `only-if-cached`: do not go to the origin. */
  readonly onlyIfCached: boolean;
}

/** What {@link requestDirectives} answers where a request says nothing that counts. */
export const NO_DIRECTIVES: RequestDirectives = { noStore: false, noCache: false, onlyIfCached: false };
const MAX_AGE_0 = /^max-age="?0+"?$/;

/** Unknown directives are ignored, as the RFC asks. */
export function requestDirectives(headers: IncomingHttpHeaders): RequestDirectives {
  const cacheControl = headers['cache-control'];
  if (cacheControl === undefined) {
    // RFC 9111, section 5.4: it counts only where there is no Cache-Control.
    return headers.pragma !== undefined && directivesOf(headers.pragma).includes('no-cache')
      ? { ...NO_DIRECTIVES, noCache: true }
      : NO_DIRECTIVES;
  }
  const directives = directivesOf(cacheControl);
  const noStore = directives.includes('no-store');
  const noCache = directives.some((directive) => directive === 'no-cache' || MAX_AGE_0.test(directive));
  const onlyIfCached = directives.includes('only-if-cached');
  return noStore || noCache || onlyIfCached ? { noStore, noCache, onlyIfCached } : NO_DIRECTIVES;
}

/** The members of a `Cache-Control` or `Pragma`, in lower case. */
export function directivesOf(value: string): readonly string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
}
