interface DaxFault {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

/**
 * An error of AWS's DAX client in the form of the SDK's: the client's have the name in `code`, `name` is always "Error".
 */
export function toSdkError(error: unknown): Error {
  const { code, statusCode, message } = (typeof error === 'object' ? (error ?? {}) : {}) as DaxFault;
  const result = new Error(typeof message === 'string' ? message : '');
  result.name = typeof code === 'string' ? code : '';
  return typeof statusCode === 'number'
    ? Object.assign(result, { $metadata: { httpStatusCode: statusCode } })
    : result;
}
