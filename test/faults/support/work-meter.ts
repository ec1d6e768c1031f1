const MARKS = /\p{M}+/gu;

/** What text cost: counts, which no busy machine changes. */
export interface Work {
  /** UTF-16 units of each text that was normalised. */
  readonly normalised: readonly number[];
  /** The longest run of combining marks in any of them: what NFC sorts, in quadratic time. */
  readonly longestRun: number;
  /** UTF-16 units that expressions went over, all together. */
  readonly scanned: number;
  /** The expressions that met more than {@link LONG} units, as they are written. */
  readonly expressions: ReadonlySet<string>;
}

/** A text of this many units is one that somebody chose to be long. */
const LONG = 1_000;

/** Counts what this process does with text, by the two doors that all of it goes through. */
export class WorkMeter {
  private readonly normalize = Object.getOwnPropertyDescriptor(String.prototype, 'normalize');
  private readonly exec = Object.getOwnPropertyDescriptor(RegExp.prototype, 'exec');
  private readonly normalised: string[] = [];
  private readonly expressions = new Set<string>();
  private scanned = 0;

  /** Of `work` alone: nothing else may run meanwhile. */
  static async during(work: () => unknown): Promise<Work> {
    const meter = new WorkMeter();
    meter.start();
    try {
      await work();
    } finally {
      meter.stop();
    }
    return meter.result();
  }

  private start(): void {
    const { normalised, normalize, exec } = this;
    const scan = (expression: RegExp, text: string, match: RegExpExecArray | null, from: number): void => {
      // A sticky one does not move on to where else it could match.
      const end =
        match === null ? (expression.sticky ? from + 1 : text.length) : match.index + match[0].length;
      this.scanned += end - from;
      if (text.length > LONG) this.expressions.add(String(expression));
    };
    define(String.prototype, 'normalize', function (this: string, form?: string) {
      normalised.push(String(this));
      return Reflect.apply(normalize?.value as typeof String.prototype.normalize, this, [form ?? 'NFC']);
    });
    // Every other method of text that takes an expression goes through this one: ECMA-262, RegExpExec.
    define(RegExp.prototype, 'exec', function (this: RegExp, text: string) {
      const from = this.global || this.sticky ? this.lastIndex : 0;
      const match = Reflect.apply(exec?.value as typeof RegExp.prototype.exec, this, [text]);
      scan(this, String(text), match, from);
      return match;
    });
  }

  private stop(): void {
    if (this.normalize !== undefined) Object.defineProperty(String.prototype, 'normalize', this.normalize);
    if (this.exec !== undefined) Object.defineProperty(RegExp.prototype, 'exec', this.exec);
  }

  private result(): Work {
    const runs = this.normalised.flatMap((text) => text.match(MARKS) ?? []);
    return {
      normalised: this.normalised.map((text) => text.length),
      longestRun: Math.max(0, ...runs.map((run) => Array.from(run).length)),
      scanned: this.scanned,
      expressions: this.expressions,
    };
  }
}

function define(prototype: object, name: string, value: unknown): void {
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}
