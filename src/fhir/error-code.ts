/**
 * The code that Node.js, zlib or PostgreSQL gave a fault, where it has one. Asked of the value itself, not of its class:
 * an error of Node's core is no instance of another context's `Error`.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
