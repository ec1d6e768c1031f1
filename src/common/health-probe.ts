/** Asks one engine whether it answers. */
export interface HealthProbe {
  readonly name: string;
  readonly kind: 'embedded' | 'external';
  /** Resolves when the engine answered; rejects when it did not. The caller sets the time limit. */
  check(): Promise<void>;
}

/** Every engine that requests depend on: `readonly HealthProbe[]`. */
export const HealthProbes = Symbol('HealthProbes');
