import type { BundleRows, ExamRow, MedicationRow, ObservationExtent, PatientRow } from '../rows.js';
import { Tally } from '../tally.js';
import type { Coded } from './codes.js';
import type { ExamDraft } from './exam.mapper.js';
import { codeOfDisplay, type MedicationDraft } from './medication.mapper.js';
import { References } from './references.js';
import { skip, SkipResource, type Note } from './skip.js';

/** What a bundle became, and what of it did not become anything. */
export interface MappedBundle {
  readonly rows: BundleRows;
  /** Resources that were left out. */
  readonly skipped: Tally;
  /** Resources that were imported otherwise than they stood there. */
  readonly notes: Tally;
}

interface Draft {
  readonly type: string;
  /** Undefined: the resource was withdrawn. */
  readonly content: { readonly subject: string | undefined; readonly notes: readonly string[] } | undefined;
}

interface ExamsDraft extends Draft {
  readonly exams: readonly ExamDraft[];
  /** Undefined: a report, which has none. */
  readonly components: number | undefined;
}

interface OrderDraft extends Draft {
  readonly order: MedicationDraft | undefined;
}

const NO_PATIENT = 'its patient is neither in the bundle nor in the database';

/** Everything that was read from one bundle, by row id; of resources that stand there twice, the last one. */
export class BundleDrafts {
  readonly references = new References();
  readonly patients = new Map<string, PatientRow>();
  readonly exams = new Map<string, ExamsDraft>();
  readonly orders = new Map<string, OrderDraft>();
  readonly medications = new Map<string, Coded>();

  /** The patients that are named and not in the bundle; the database may have them. Sorted. */
  patientsElsewhere(): string[] {
    const ids = new Set<string>();
    for (const { content } of [...this.exams.values(), ...this.orders.values()]) {
      attempt(() => content !== undefined && ids.add(this.references.patient(content.subject)));
    }
    return [...ids].filter((id) => !this.patients.has(id)).sort();
  }

  /** Resolves all references; `inDatabase` are the patients that it has. May be called again. */
  resolve(inDatabase: ReadonlySet<string>): MappedBundle {
    return new Resolution(this, inDatabase).run();
  }
}

/** One pass over the drafts. */
class Resolution {
  private readonly skipped = new Tally();
  private readonly notes = new Tally();
  private readonly exams: ExamRow[] = [];
  private readonly medications: MedicationRow[] = [];
  private readonly observations: ObservationExtent[] = [];
  private readonly withdrawnReports: string[] = [];
  private readonly withdrawnMedications: string[] = [];

  constructor(
    private readonly drafts: BundleDrafts,
    private readonly inDatabase: ReadonlySet<string>,
  ) {}

  run(): MappedBundle {
    for (const [id, draft] of this.drafts.exams)
      this.guard(draft, (patientId) => this.addExams(id, draft, patientId));
    for (const [id, draft] of this.drafts.orders) {
      this.guard(draft, (patientId, note) => this.addOrder(id, draft, patientId, note));
    }
    const { exams, medications, observations, withdrawnReports, withdrawnMedications } = this;
    const patients = [...this.drafts.patients.values()];
    const rows = { patients, exams, medications, observations, withdrawnReports, withdrawnMedications };
    return { rows, skipped: this.skipped, notes: this.notes };
  }

  private addExams(id: string, { exams, components }: ExamsDraft, patientId: string | undefined): void {
    if (patientId !== undefined) this.exams.push(...exams.map((exam) => ({ ...exam, patientId })));
    else if (components === undefined) this.withdrawnReports.push(id);
    if (components !== undefined) {
      this.observations.push({ id, components, ownRow: exams.some((exam) => exam.id === id) });
    }
  }

  private addOrder(id: string, { order }: OrderDraft, patientId: string | undefined, note: Note): void {
    if (patientId === undefined || order === undefined) {
      this.withdrawnMedications.push(id);
      return;
    }
    const { medication, ...row } = order;
    const coded =
      'coded' in medication
        ? medication.coded
        : (this.drafts.medications.get(this.drafts.references.medication(medication.reference) ?? '') ??
          codeOfDisplay(medication.display, note));
    this.medications.push({ ...row, ...coded, patientId });
  }

  private guard({ type, content }: Draft, add: (patientId: string | undefined, note: Note) => void): void {
    const notes = new Set(content?.notes);
    const reason = attempt(() => {
      add(content === undefined ? undefined : this.knownPatient(content.subject), (note) => notes.add(note));
    });
    if (reason !== undefined) this.skipped.add(type, reason);
    else for (const note of notes) this.notes.add(type, note);
  }

  private knownPatient(subject: string | undefined): string {
    const id = this.drafts.references.patient(subject);
    return this.drafts.patients.has(id) || this.inDatabase.has(id) ? id : skip(NO_PATIENT);
  }
}

/** Runs `map`, and returns the reason when it skips its resource. */
export function attempt(map: () => unknown): string | undefined {
  try {
    map();
    return undefined;
  } catch (error) {
    if (error instanceof SkipResource) return error.reason;
    throw error;
  }
}
