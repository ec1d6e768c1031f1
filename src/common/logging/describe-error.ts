import { AppError } from '../errors/app-error.js';

const MAX_CAUSES = 5;

/** An error as it may be logged. */
export interface ErrorDescription {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  /** Where it was thrown: the frames of the stack only, since its first lines repeat the message. */
  readonly at?: readonly string[];
  readonly cause?: ErrorDescription;
}

/**
 * Describes `thrown` without content. The messages of drivers and parsers quote what they were given (a Prisma error
 * repeats the query's values), so only our own messages are kept, which carry none by contract.
 */
export function describeError(thrown: unknown, depth = 0): ErrorDescription {
  if (!(thrown instanceof Error)) return { type: typeof thrown };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const frames = thrown.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: thrown.name,
    ...(code === undefined ? {} : { code }),
    ...(thrown instanceof AppError ? { message: thrown.message } : {}),
    ...(frames.length > 0 ? { at: frames.map((frame) => frame.trim().slice(3)) } : {}),
    ...(thrown.cause === undefined || depth >= MAX_CAUSES
      ? {}
      : { cause: describeError(thrown.cause, depth + 1) }),
  };
}
