import { createHash } from 'node:crypto';
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LimitError } from './limit-error.js';

/** Reserved for the list without names: clients know it and never ask. */
const EMPTY_LIST_ID = 1;
const FILE = 'attribute-lists.jsonl';

/** The id that a list of names ought to have; `attempt` counts collisions. */
export type ListHash = (names: readonly string[], attempt: number) => number;

/**
 * Numbers for lists of attribute names. Clients keep them for ever, across restarts of this server. So an id is a hash
 * of its list, and every list that got one is written to a file before the id is told: after a restart an id means what
 * it meant before, or is refused.
 */
export class AttributeLists {
  readonly #names = new Map<number, readonly string[]>([[EMPTY_LIST_ID, []]]);
  readonly #ids = new Map<string, number>([['[]', EMPTY_LIST_ID]]);
  #file: FileHandle | undefined;
  readonly #pending = new Map<string, Promise<number>>();
  /** Writes go one after the other. */
  #written: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly maxLists: number,
    private readonly hash: ListHash,
  ) {}

  /** Without `dataDir` lists are kept in memory only, and an id from before a restart is refused. */
  static async open(
    options: { dataDir?: string | undefined; maxLists?: number; hash?: ListHash } = {},
  ): Promise<AttributeLists> {
    const lists = new AttributeLists(options.maxLists ?? 100_000, options.hash ?? hashOfList);
    if (options.dataDir !== undefined) await lists.#load(options.dataDir);
    return lists;
  }

  namesOf(id: number): readonly string[] | undefined {
    return this.#names.get(id);
  }

  /** @throws {LimitError} when there are too many lists */
  idOf(names: readonly string[]): number | Promise<number> {
    const text = JSON.stringify(names);
    const known = this.#ids.get(text) ?? this.#pending.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= this.maxLists) throw new LimitError(`more than ${this.maxLists} attribute lists`);
    const registered = this.#register(names, text).finally(() => this.#pending.delete(text));
    this.#pending.set(text, registered);
    return registered;
  }

  async #register(names: readonly string[], text: string): Promise<number> {
    const id = this.#freeId(names);
    this.#names.set(id, names);
    // The line break in front ends what a failed write may have left.
    const write = this.#written.then(() => this.#file?.appendFile(`\n${JSON.stringify([id, names])}\n`));
    this.#written = write.catch(() => undefined);
    try {
      await write;
    } catch (error) {
      this.#names.delete(id);
      throw error;
    }
    this.#ids.set(text, id);
    return id;
  }

  async close(): Promise<void> {
    await this.#written;
    await this.#file?.close();
    this.#file = undefined;
  }

  #freeId(names: readonly string[]): number {
    for (let attempt = 0; ; attempt++) {
      const id = this.hash(names, attempt);
      if (id > EMPTY_LIST_ID && !this.#names.has(id)) return id;
    }
  }

  async #load(dataDir: string): Promise<void> {
    await mkdir(dataDir, { recursive: true });
    const path = join(dataDir, FILE);
    const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    for (const line of content.split('\n')) {
      const [id, names] = parseLine(line) ?? [];
      if (id === undefined || names === undefined) continue;
      this.#names.set(id, names);
      this.#ids.set(JSON.stringify(names), id);
    }
    this.#file = await open(path, 'a');
  }
}

/** The first 53 bits of SHA-256: integers that every client holds exactly. */
function hashOfList(names: readonly string[], attempt: number): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([attempt, ...names]))
    .digest();
  return Number(digest.readBigUInt64BE() >> 11n);
}

/** Undefined for a line that a crash cut off: its id was never told to anybody. */
function parseLine(line: string): [number, string[]] | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
    const [id, names] = parsed as unknown[];
    const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
    return Number.isSafeInteger(id) && isList ? [id as number, names] : undefined;
  } catch {
    return undefined;
  }
}
