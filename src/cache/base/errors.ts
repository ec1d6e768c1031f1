/** Stable codes of the errors that the cache throws; `docs/errors.md` lists them. */
export const CACHE_ERROR_CODES = [
  'CACHE_TAG_INVALID',
  'CACHE_OPTIONS_INVALID',
  'CACHE_NAME_TAKEN',
  'CACHE_ARGUMENTS_INVALID',
  'CACHE_STORE_CALL_INVALID',
  'CACHE_TABLE_INVALID',
  'CACHE_REQUEST_REFUSED',
  'CACHE_AUTHORITY_UNAVAILABLE',
  'CACHE_ORIGIN_LAGGING',
  'CACHE_STORE_FAULT',
  'CACHE_STORE_TIMEOUT',
  'CACHE_ENTRY_TOO_LARGE',
  'CACHE_ENTRY_UNREADABLE',
  'CACHE_ENCRYPTION_FAULT',
  'CACHE_NOT_CACHED',
] as const;
export type CacheErrorCode = (typeof CACHE_ERROR_CODES)[number];

/** The base of every error of the cache. Messages carry no keys and no values. */
export class CacheError extends Error {
  override readonly name: string = 'CacheError';

  constructor(
    readonly code: CacheErrorCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** The caller did something wrong: a mistake in the program, not a fault of the moment. */
export class CacheUsageError extends CacheError {
  override readonly name = 'CacheUsageError';
}

/** The versions cannot be had, so nothing may be read from or stored in the cache. */
export class AuthorityUnavailableError extends CacheError {
  override readonly name = 'AuthorityUnavailableError';

  constructor(cause?: unknown) {
    super('CACHE_AUTHORITY_UNAVAILABLE', 'The version authority does not answer.', { cause });
  }
}
