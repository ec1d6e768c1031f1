const NAME = /^[A-Za-z]{1,64}$/;
const REFUSED_AS_SUCH = new Set(['ValidationException', 'SerializationException']);

/** A table cannot be made, changed or dropped. The message names the SDK's error, and quotes nothing of its text. */
export class TableError extends Error {
  override readonly name = 'TableError';

  /** @param kind `refused`: the same again will be refused again; `unavailable`: a fault of the moment */
  constructor(
    readonly kind: 'refused' | 'unavailable',
    message: string,
  ) {
    super(message);
  }
}

/** The name of an error of the SDK. Anything that does not look like one may have come with an answer: not repeated. */
export function dynamoErrorName(error: unknown): string {
  return error instanceof Error && NAME.test(error.name) ? error.name : 'unknown error';
}

/** The HTTP status that came with an error of the SDK; undefined: there was no answer. */
export function dynamoErrorStatus(error: unknown): number | undefined {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

/** Name and status of an error of the SDK: `ThrottlingException (400)`. Messages of the SDK may quote keys. */
export function describeDynamoError(error: unknown): string {
  const name = dynamoErrorName(error);
  const status = dynamoErrorStatus(error);
  return status === undefined ? name : `${name} (${status})`;
}

/** Whether DynamoDB refused the request itself: the same again will be refused again. */
export function isRefusedAsSuch(error: unknown): boolean {
  return REFUSED_AS_SUCH.has(dynamoErrorName(error));
}

/** Whether a conditional write was refused because its condition did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return dynamoErrorName(error) === 'ConditionalCheckFailedException';
}
