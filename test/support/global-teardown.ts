/** Ends what the set-up started, if it did. */
export default async function teardown(): Promise<void> {
  try {
    await globalThis.endTestDax?.();
  } finally {
    await globalThis.endTestEngines?.();
  }
}
