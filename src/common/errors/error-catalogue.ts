/**
 * Every stable error code of the HTTP API with its status and title (RFC 9457). This is the one table from which the
 * problem filter answers; `docs/errors.md` lists the same codes.
 */
export const ERROR_CATALOGUE = {
  REQUEST_INVALID: { status: 400, title: 'The request is malformed' },
  AUTH_TOKEN_MISSING: { status: 401, title: 'A bearer token is required' },
  AUTH_TOKEN_INVALID: { status: 401, title: 'The bearer token was refused' },
  AUTH_FORBIDDEN: { status: 403, title: 'Not allowed' },
  ROUTE_NOT_FOUND: { status: 404, title: 'No such resource' },
  PATIENT_NOT_FOUND: { status: 404, title: 'No such patient' },
  EXAM_NOT_FOUND: { status: 404, title: 'No such exam' },
  MEDICATION_NOT_FOUND: { status: 404, title: 'No such medication' },
  USER_NOT_FOUND: { status: 404, title: 'No such user' },
  CONVERSATION_NOT_FOUND: { status: 404, title: 'No such conversation' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  NOT_ACCEPTABLE: { status: 406, title: 'Not acceptable' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to arrive' },
  CONFLICT: { status: 409, title: 'The change conflicts with another one' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  URI_TOO_LONG: { status: 414, title: 'The address is too long' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: 'The content type is not supported' },
  ENTITY_UNPROCESSABLE: { status: 422, title: 'The request is well-formed but cannot be carried out' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The header fields are too large' },
  INTERNAL: { status: 500, title: 'Something went wrong on our side' },
  STREAM_UNAVAILABLE: { status: 501, title: 'Event streams are not available here' },
  AUTH_UNAVAILABLE: { status: 503, title: 'Tokens cannot be verified at the moment' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database cannot be reached' },
  MESSAGES_UNAVAILABLE: { status: 503, title: 'Messages cannot be reached' },
  SERVICE_UNAVAILABLE: { status: 503, title: 'The service cannot answer at the moment' },
  CACHE_NOT_CACHED: { status: 504, title: 'Not in the cache' },
} as const satisfies Record<string, { status: number; title: string }>;

/** A stable code of {@link ERROR_CATALOGUE}. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;
