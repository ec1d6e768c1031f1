import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Whether the next line of `input` is exactly `expected`; false when it ends without one. */
export async function isTyped(expected: string, input: Readable): Promise<boolean> {
  const lines = createInterface({ input });
  for await (const line of lines) return line.trim() === expected;
  return false;
}
