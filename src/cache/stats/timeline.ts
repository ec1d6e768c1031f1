/** A change of state, or several equal ones in a row. */
export interface Transition {
  /** Wall clock, ms since the epoch: when it happened, or happened first. */
  readonly atMs: number;
  readonly to: string;
  readonly reason: string | undefined;
  /** How often in a row: an outage that goes on would push everything else out. */
  readonly times: number;
}

const LONGEST = 50;

/** The last changes of state. */
export class Timeline {
  private transitions: Transition[] = [];

  add(atMs: number, to: string, reason?: string): void {
    const last = this.transitions.at(-1);
    if (last !== undefined && last.to === to && last.reason === reason) {
      this.transitions[this.transitions.length - 1] = { ...last, times: last.times + 1 };
      return;
    }
    this.transitions.push({ atMs, to, reason, times: 1 });
    if (this.transitions.length > LONGEST) this.transitions.shift();
  }

  /** Oldest first. */
  get all(): readonly Transition[] {
    return this.transitions;
  }
}
