interface Gathering<Result> {
  readonly keys: string[];
  readonly result: Promise<Result>;
}

/** Joins the keys that are added in one turn, each by a call of its own, into one call of `work`. */
export class GatheredKeys<Result> {
  private gathering: Gathering<Result> | undefined;

  constructor(private readonly work: (keys: string[]) => Promise<Result>) {}

  /** @returns what came of the call for all of them */
  add(key: string): Promise<Result> {
    this.gathering ??= this.begin();
    this.gathering.keys.push(key);
    return this.gathering.result;
  }

  private begin(): Gathering<Result> {
    const keys: string[] = [];
    const result = Promise.resolve().then(() => {
      this.gathering = undefined;
      return this.work(keys);
    });
    return { keys, result };
  }
}
