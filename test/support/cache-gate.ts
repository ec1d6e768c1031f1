/** Holds work at a point until a test lets it go on. */
export class Gate {
  private readonly arrival = Promise.withResolvers<void>();
  private readonly opening = Promise.withResolvers<void>();

  /** Resolves when the first one stands at the gate. */
  get reached(): Promise<void> {
    return this.arrival.promise;
  }

  /** Waits until the gate is open. */
  pass(): Promise<void> {
    this.arrival.resolve();
    return this.opening.promise;
  }

  open(): void {
    this.opening.resolve();
  }
}

/** Lets everything run that is ready, without time passing. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
