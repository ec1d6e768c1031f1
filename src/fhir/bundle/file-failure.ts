/**
 * One file cannot be imported. `reason` is shown to the operator: it says what is wrong with the file and never repeats
 * its content.
 */
export class FileFailure extends Error {
  override readonly name = 'FileFailure';

  constructor(
    readonly reason: string,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}
