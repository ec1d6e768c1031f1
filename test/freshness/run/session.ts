import type { HttpAnswer } from '../cluster/http-client.js';
import type { Instance } from '../cluster/instance.js';
import { FreshnessChecker, type ReadMode, type Violation } from '../history/freshness-checker.js';
import type { Write } from '../history/register-history.js';
import { noCounts, type Counts } from './counts.js';
import type { Sql } from './sql.js';
import {
  changeOf,
  FIELDS,
  pathOf,
  readRegisters,
  registerOf,
  statementOf,
  type ClinicalRecord,
  type Field,
} from './records.js';

export interface ReadOptions {
  /** With the `Cache-Versions` of the newest write. */
  readonly versions?: boolean;
  /** Past the cache. */
  readonly reload?: boolean;
  /** With the `ETag` of an earlier answer. */
  readonly conditional?: boolean;
  /** The id is sent in upper case. */
  readonly upperCase?: boolean;
  /** `Cache-Versions` as it is. */
  readonly rawVersions?: string;
}

/** What a session needs of an instance. */
export type Target = Pick<Instance, 'name' | 'consistency' | 'send'>;

const monotonic = (): number => performance.now();

/** Reads and writes registers through the public API, notes when, and has every read judged. */
export class Session {
  readonly counts: Counts = noCounts();
  /** The last answer with a body, by record. */
  private readonly known = new Map<string, { readonly etag: string; readonly text: string }>();
  private serial = 0;

  constructor(
    readonly checker: FreshnessChecker,
    private readonly sql: Pick<Sql, 'run'>,
  ) {}

  /** A new patient with its registers, made by `instance`. */
  async createRecord(instance: Target): Promise<ClinicalRecord> {
    const first = String(++this.serial);
    const startedAt = monotonic();
    const fields = {
      givenName: 'Test',
      familyName: `Record ${first}`,
      birthDate: '1990-01-01',
      gender: 'other',
    };
    const patient = await created(instance, '/api/patients', { ...fields, address: first, phone: first });
    const exam = {
      code: '1',
      codeSystem: 'test',
      name: 'Exam',
      unit: null,
      date: '2026-01-01T00:00:00.000Z',
    };
    const path = `${pathOf(patient)}/exams`;
    const { id: examId } = await created(instance, path, { ...exam, result: first });
    const record = { id: patient.id, examId, told: undefined };
    for (const field of FIELDS) {
      const write = this.checker.begin(registerOf(record, field), first, instance.name, startedAt);
      this.checker.answer(write, monotonic());
    }
    return record;
  }

  /** @see createRecord */
  createRecords(instance: Target, count: number): Promise<ClinicalRecord[]> {
    return Promise.all(Array.from({ length: count }, () => this.createRecord(instance)));
  }

  /** Reads `record`, and has its registers judged. Undefined when there was no answer with a record. */
  async read(
    instance: Target,
    record: ClinicalRecord,
    options: ReadOptions = {},
  ): Promise<Violation[] | undefined> {
    const { told } = record;
    const known = options.conditional === true ? this.known.get(record.id) : undefined;
    const headers: Record<string, string> = {};
    if (options.reload === true) headers['cache-control'] = 'no-cache';
    if (options.rawVersions !== undefined) headers['cache-versions'] = options.rawVersions;
    else if (options.versions === true && told !== undefined) headers['cache-versions'] = told.versions;
    if (known !== undefined) headers['if-none-match'] = known.etag;
    const startedAt = monotonic();
    const answer = await this.get(instance, record, headers, options);
    const endedAt = monotonic();
    const body = answer && this.bodyOf(answer, record, known?.text);
    if (answer === undefined || body === undefined) {
      this.counts.refused++;
      return undefined;
    }
    this.counts.reads++;
    const mode: ReadMode = options.reload === true ? 'origin' : instance.consistency;
    const source = this.sourceOf(answer, mode);
    const markedStale = source === 'stale-if-error';
    if (markedStale) this.counts.markedStale++;
    const floor = headers['cache-versions'] === told?.versions ? told?.write : undefined;
    const values = readRegisters(body);
    return FIELDS.flatMap((field) => {
      const register = registerOf(record, field);
      const own = floor?.register === register ? floor : undefined;
      const read = { register, value: values[field], instance: instance.name, mode, startedAt, endedAt };
      return this.checker.judge({ ...read, source, markedStale, floor: own }) ?? [];
    });
  }

  /** Writes a new value by `writer`. @returns whether it was answered */
  async write(writer: Target | 'sql', record: ClinicalRecord, field: Field): Promise<boolean> {
    const value = String(++this.serial);
    const name = writer === 'sql' ? writer : writer.name;
    const write = this.checker.begin(registerOf(record, field), value, name, monotonic());
    const answer = await (writer === 'sql'
      ? this.bySql(record, field, value)
      : this.byApi(writer, record, field, value));
    if (answer === undefined) {
      this.counts.lostAnswers++;
      return false;
    }
    this.checker.answer(write, monotonic());
    this.counts.writes++;
    const { versions } = answer;
    if (versions !== undefined) record.told = { write, versions };
    return true;
  }

  /**
   * For a scenario that writes by itself: a value that counts as written by another program from now on.
   * @returns the value, and what says that it has been committed
   */
  beginWrite(record: ClinicalRecord, field: Field): { value: string; answered: () => Write } {
    const value = String(++this.serial);
    const write = this.checker.begin(registerOf(record, field), value, 'sql', monotonic());
    const answered = (): Write => {
      this.checker.answer(write, monotonic());
      this.counts.writes++;
      return write;
    };
    return { value, answered };
  }

  private async get(
    instance: Target,
    record: ClinicalRecord,
    headers: Record<string, string>,
    { upperCase }: ReadOptions,
  ): Promise<HttpAnswer | undefined> {
    const id = upperCase === true ? record.id.toUpperCase() : record.id;
    const path = pathOf({ id });
    try {
      return await instance.send({ path, headers });
    } catch {
      return undefined;
    }
  }

  private async byApi(
    instance: Target,
    record: ClinicalRecord,
    field: Field,
    value: string,
  ): Promise<{ versions: string | undefined } | undefined> {
    try {
      const { status, headers } = await instance.send({ method: 'PATCH', ...changeOf(record, field, value) });
      return status === 200 ? { versions: headers['cache-versions']?.toString() } : undefined;
    } catch {
      return undefined;
    }
  }

  private async bySql(
    record: ClinicalRecord,
    field: Field,
    value: string,
  ): Promise<{ versions: undefined } | undefined> {
    const { sql, id } = statementOf(record, field);
    return (await this.sql.run(sql, [value, id])) ? { versions: undefined } : undefined;
  }

  private bodyOf(
    { status, headers, text }: HttpAnswer,
    record: ClinicalRecord,
    known: string | undefined,
  ): string | undefined {
    if (status === 304 && known !== undefined) return known;
    if (status !== 200) return undefined;
    const etag = headers['etag']?.toString();
    if (etag !== undefined) this.known.set(record.id, { etag, text });
    return text;
  }

  private sourceOf({ status, headers }: HttpAnswer, mode: ReadMode): string {
    const sources = this.counts.sources[mode];
    const text = headers['cache-status']?.toString() ?? '';
    const source = /detail=([\w-]+)/.exec(text)?.[1] ?? /careline; (.*)/.exec(text)?.[1] ?? 'none';
    sources.by[source] = (sources.by[source] ?? 0) + 1;
    if (status === 304) sources.unchanged++;
    return source;
  }
}

async function created(instance: Target, path: string, body: object): Promise<{ id: string }> {
  const { status, text } = await instance.send({ method: 'POST', path, body });
  if (status !== 201) throw new Error(`${path} answered ${status}: ${text}`);
  return JSON.parse(text) as { id: string };
}
