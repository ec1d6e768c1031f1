/** Which entries a partition has. A partition without entries takes no room. */
export class PartitionIndex {
  private readonly partitions = new Map<string, Set<string>>();

  get size(): number {
    return this.partitions.size;
  }

  /** Ids in the order in which they were added first. */
  of(partition: string): Iterable<string> {
    return this.partitions.get(partition) ?? [];
  }

  add(partition: string, id: string): void {
    const ids = this.partitions.get(partition);
    if (ids === undefined) this.partitions.set(partition, new Set([id]));
    else ids.add(id);
  }

  delete(partition: string, id: string): void {
    const ids = this.partitions.get(partition);
    if (ids?.delete(id) === true && ids.size === 0) this.partitions.delete(partition);
  }
}
