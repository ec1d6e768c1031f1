import type { IncomingHttpHeaders } from 'node:http';

/** What a request says about caches (RFC 9111, section 5.2.1). */
export interface RequestDirectives {
  /** `no-store`: answer from the origin, keep nothing. */
  readonly noStore: boolean;
  /** `no-cache`, `max-age=0`, or the older `Pragma: no-cache`: answer from the origin. */
  readonly noCache: boolean;
  /** `only-if-cached`: do not go to the origin. */
  readonly onlyIfCached: boolean;
}

const NONE: RequestDirectives = { noStore: false, noCache: false, onlyIfCached: false };

/** Unknown directives are ignored, as the RFC asks. */
export function requestDirectives(headers: IncomingHttpHeaders): RequestDirectives {
  const cacheControl = headers['cache-control'];
  if (cacheControl === undefined) return headers.pragma === 'no-cache' ? { ...NONE, noCache: true } : NONE;
  const directives = new Set(
    cacheControl
      .toLowerCase()
      .split(',')
      .map((directive) => directive.trim()),
  );
  return {
    noStore: directives.has('no-store'),
    noCache: directives.has('no-cache') || directives.has('max-age=0'),
    onlyIfCached: directives.has('only-if-cached'),
  };
}
