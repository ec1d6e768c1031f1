/** Ends the engines that the set-up started, if it did. */
export default async function teardown(): Promise<void> {
  await globalThis.endTestEngines?.();
}
