import type { ErrorCode } from './error-catalogue.js';

/** One mistake in one field of a request. `field` is a dotted path (`address`, `items.0.code`); never the value. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  readonly errors?: readonly FieldError[];
  /** Sent as `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number;
}

/**
 * The base of every error that Careline answers with. `detail` is shown to the client: it must never carry clinical
 * content, message text, tokens or secrets.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    detail: string,
    options: AppErrorOptions = {},
  ) {
    super(detail, { cause: options.cause });
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
