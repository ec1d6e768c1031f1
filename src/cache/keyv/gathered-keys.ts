/** Joins the keys that are added in one turn, each by a call of its own, into one call of `work`. */
export class GatheredKeys<Result> {
  private open: { readonly keys: string[]; readonly done: Promise<Result> } | undefined;

  constructor(private readonly work: (keys: string[]) => Promise<Result>) {}

  /** @returns what came of the call for all of them */
  add(key: string): Promise<Result> {
    this.open ??= this.begin();
    this.open.keys.push(key);
    return this.open.done;
  }

  private begin(): { readonly keys: string[]; readonly done: Promise<Result> } {
    const keys: string[] = [];
    const done = Promise.resolve().then(() => {
      this.open = undefined;
      return this.work(keys);
    });
    return { keys, done };
  }
}
