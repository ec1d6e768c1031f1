import { HttpException } from '@nestjs/common';
import { AppError, type FieldError } from './app-error.js';
import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.js';

/** The media type of error bodies, RFC 9457. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** The body of every error response. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
}

/** Codes for errors that come from Nest or Fastify with nothing but a status. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'REQUEST_INVALID',
  401: 'AUTH_TOKEN_INVALID',
  403: 'AUTH_FORBIDDEN',
  404: 'ROUTE_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'BODY_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'MEDIA_TYPE_UNSUPPORTED',
  422: 'ENTITY_UNPROCESSABLE',
  429: 'RATE_LIMITED',
  431: 'HEADERS_TOO_LARGE',
  503: 'SERVICE_UNAVAILABLE',
  504: 'CACHE_NOT_CACHED',
};

/** What a client is told where the framework's own message could repeat the input. */
const DETAIL_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  REQUEST_INVALID: 'The request could not be read: check its address, its headers and that its body is JSON.',
  ROUTE_NOT_FOUND: 'Nothing answers to this method and address.',
  BODY_TOO_LARGE: 'The body is larger than any that this route accepts.',
  URI_TOO_LONG: 'A part of the address is too long.',
  MEDIA_TYPE_UNSUPPORTED: 'Send the body as application/json.',
  SERVICE_UNAVAILABLE: 'The service cannot answer at the moment. Try again.',
  CACHE_NOT_CACHED: 'The answer is not in the cache, and `only-if-cached` forbids to ask the origin.',
};

/** Turns whatever was thrown into an {@link AppError}; an error that nobody foresaw becomes `INTERNAL`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = statusOf(thrown);
  const code = status === undefined ? 'INTERNAL' : (CODE_OF_STATUS[status] ?? codeOfClass(status));
  return new AppError(code, DETAIL_OF_CODE[code] ?? ERROR_CATALOGUE[code].title, { cause: thrown });
}

/** The RFC 9457 body for `error`. */
export function problemBody(error: AppError, requestId: string): ProblemBody {
  const { status, title } = ERROR_CATALOGUE[error.code];
  return {
    type: `urn:careline:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
  };
}

/** The status a framework error carries; undefined for anything else, so that a stray `status` field cannot pass. */
function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || !('statusCode' in thrown) || !('code' in thrown)) return undefined;
  const isFastify = typeof thrown.code === 'string' && thrown.code.startsWith('FST_');
  const isBodyParser = thrown instanceof SyntaxError;
  return (isFastify || isBodyParser) && typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}

function codeOfClass(status: number): ErrorCode {
  return status >= 400 && status < 500 ? 'REQUEST_INVALID' : 'INTERNAL';
}
