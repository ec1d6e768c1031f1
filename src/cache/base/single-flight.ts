/** One run of a piece of work for all who ask for it at the same time. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Promise<T>>();

  /** Whether `key` is under way. */
  has(key: string): boolean {
    return this.flights.has(key);
  }

  /**
   * Joins the work for `key`, or begins it. Rule 6: keys contain versions, so nobody joins work on older data.
   * @param onJoin called when the work is somebody else's
   */
  run(key: string, work: () => Promise<T>, onJoin: () => void): Promise<T> {
    const running = this.flights.get(key);
    if (running !== undefined) {
      onJoin();
      return running;
    }
    const flight = work().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }
}
