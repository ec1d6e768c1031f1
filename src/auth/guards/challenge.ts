import type { AppError } from '../../common/errors/app-error.js';

const SCHEME = 'Bearer realm="careline"';

/**
 * The value of `WWW-Authenticate` for a denied request (RFC 6750, section 3): without an error code where no token was
 * sent; undefined for errors that no other token would mend.
 */
export function challenge({ code, message }: Pick<AppError, 'code' | 'message'>): string | undefined {
  if (code === 'AUTH_TOKEN_MISSING') return SCHEME;
  if (code === 'AUTH_TOKEN_INVALID') {
    return `${SCHEME}, error="invalid_token", error_description="${quotable(message)}"`;
  }
  return code === 'AUTH_FORBIDDEN' ? `${SCHEME}, error="insufficient_scope"` : undefined;
}

/** The characters that RFC 6750 allows in `error_description`. */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'");
}
