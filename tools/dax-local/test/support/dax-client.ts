import { DaxDocument } from '@amazon-dax-sdk/lib-dax';

/** What AWS's client throws. */
export interface DaxError extends Error {
  readonly code?: string;
  readonly cancellationReasons?: unknown;
}

export function daxClient(endpoint: string, options: object = {}): DaxDocument {
  return new DaxDocument({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    ...options,
  });
}

/** Ends a client's connections. Its types lack the method. */
export function closeClient(client: DaxDocument): void {
  (client as unknown as { shutdown(): void }).shutdown();
}

/**
 * The error that a call of AWS's client ends with. The client throws it through an EventEmitter of Node, which does not
 * take the errors of Jest's realm for errors, and wraps them.
 */
export async function failureOf(call: Promise<unknown>): Promise<DaxError> {
  let result: unknown;
  try {
    result = await call;
  } catch (error) {
    const { code, context } = error as DaxError & { context?: DaxError };
    return code === 'ERR_UNHANDLED_ERROR' && context !== undefined ? context : (error as DaxError);
  }
  throw new Error(`it was to fail, and answered ${JSON.stringify(result)}`);
}
