/** A resource is left out. `reason` is one of our own phrases and never holds anything that a file says. */
export class SkipResource extends Error {
  override readonly name = 'SkipResource';

  constructor(readonly reason: string) {
    super(reason);
  }
}

/** Leaves the resource out that is being mapped. */
export function skip(reason: string): never {
  throw new SkipResource(reason);
}

/** Takes note of something that was imported otherwise than it stood there. The same rules as for reasons. */
export type Note = (note: string) => void;

/** A resource whose meaning an extension may have turned round. */
export const UNKNOWN_MODIFIER = 'a modifier that is not known';
