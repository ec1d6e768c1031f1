/** An embedded engine cannot be used. The message is one line that says why and, where known, what to do. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}
