/** What the `Authorization` header of a request holds. */
export type BearerHeader =
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly token: string };

const MISSING: BearerHeader = { kind: 'missing' };
const MALFORMED: BearerHeader = { kind: 'malformed' };

/** Real tokens have 1 to 3 KB; what is longer is refused before anything decodes it. */
const MAX_TOKEN_LENGTH = 8_192;
const BEARER = /^bearer(?: +|$)/i;
/** A JWS in compact form, RFC 7515 section 7.1, as far as its letters go. */
const THREE_PARTS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/**
 * Base64url without padding, RFC 7515 section 2, whose unused last bits are zero (RFC 4648, section 3.5): decoders ignore
 * these bits, and one token must not have several spellings. By length modulo 4, what a part may end with.
 */
const LAST_LETTERS = [undefined, '', 'AQgw', 'AEIMQUYcgkosw048'];

/**
 * Reads the bearer token (RFC 6750, section 2.1) from the header lines as they arrived: Node's `headers` keeps the
 * first of several `Authorization` lines and drops the others, a proxy before it may keep the last.
 * @param rawHeaders names and values in turn, as in `IncomingMessage.rawHeaders`
 * @returns `missing` also for other schemes, which are no bearer token
 */
export function readBearerHeader(rawHeaders: readonly string[]): BearerHeader {
  const values = authorizationValues(rawHeaders);
  const [value] = values;
  if (value === undefined) return MISSING;
  if (values.length > 1) return MALFORMED;
  const trimmed = value.trim();
  const token = trimmed.slice(BEARER.exec(trimmed)?.[0].length ?? Infinity);
  if (token === '') return MISSING;
  if (token.length > MAX_TOKEN_LENGTH || !isCompactJws(token)) return MALFORMED;
  return { kind: 'token', token };
}

function isCompactJws(token: string): boolean {
  if (!THREE_PARTS.test(token)) return false;
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  return (
    isBase64Url(token, 0, first) &&
    isBase64Url(token, first + 1, second) &&
    isBase64Url(token, second + 1, token.length)
  );
}

/** Whether the letters of `text` from `start` to `end` are base64url in its only spelling. */
function isBase64Url(text: string, start: number, end: number): boolean {
  const last = LAST_LETTERS[(end - start) % 4];
  return last === undefined || last.includes(text.charAt(end - 1));
}

function authorizationValues(rawHeaders: readonly string[]): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    const value = rawHeaders[index + 1];
    if (name?.length !== AUTHORIZATION.length || value === undefined) continue;
    if (name.toLowerCase() === AUTHORIZATION) values.push(value);
  }
  return values;
}

const AUTHORIZATION = 'authorization';
