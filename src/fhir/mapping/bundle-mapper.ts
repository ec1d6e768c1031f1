import type { z } from 'zod';
import { UnreadEntry } from '../bundle/read-bundle.js';
import { BundleEntry, RESOURCES } from '../fhir-types.js';
import { entryRowId } from '../identity.js';
import { isResourceType } from '../resource-types.js';
import { Tally } from '../tally.js';
import { attempt, BundleDrafts, type MappedBundle } from './bundle-drafts.js';
import { readCode } from './codes.js';
import { mapDiagnosticReport, mapObservation, WITHDRAWN_RESULTS } from './exam.mapper.js';
import { mapMedicationRequest } from './medication.mapper.js';
import { mapPatient } from './patient.mapper.js';
import { skip, UNKNOWN_MODIFIER, type Note } from './skip.js';

type ReadType = keyof typeof RESOURCES;
type Modifiable = Pick<z.output<(typeof RESOURCES)[ReadType]>, 'modifierExtension' | 'implicitRules'>;

interface Entry {
  readonly resource: { readonly resourceType: string };
  readonly fullUrl: string | undefined;
  readonly notes: Set<string>;
  readonly note: Note;
}

const WRITES: ReadonlySet<string | undefined> = new Set(['POST', 'PUT', undefined]);

/**
 * Maps the entries of one bundle to rows, one at a time; references are resolved at the end, since what they name may
 * come later. Entries may have any shape: what cannot be mapped is counted by its reason, and nothing is thrown.
 */
export class BundleMapper {
  private readonly skipped = new Tally();
  private readonly notes = new Tally();
  private readonly drafts = new BundleDrafts();

  add(value: unknown): void {
    const reason = attempt(() => this.mapEntry(value));
    if (reason !== undefined) this.skipped.add('Entry', reason);
  }

  /** The ids of patients that are named in the bundle and not contained in it. */
  patientsElsewhere(): string[] {
    return this.drafts.patientsElsewhere();
  }

  /** The rows of all entries so far. `inDatabase` says which of {@link patientsElsewhere} there are. */
  resolve(inDatabase: ReadonlySet<string>): MappedBundle {
    const mapped = this.drafts.resolve(inDatabase);
    mapped.skipped.addAll(this.skipped);
    mapped.notes.addAll(this.notes);
    return mapped;
  }

  private mapEntry(value: unknown): void {
    if (value instanceof UnreadEntry) skip(value.reason);
    const entry = BundleEntry.safeParse(value).data ?? skip('malformed');
    if (!WRITES.has(entry.request?.method)) skip('its request is neither POST nor PUT');
    const resource = entry.resource ?? skip('without a resource');
    const type = isResourceType(resource.resourceType) ? resource.resourceType : 'Unknown type';
    const notes = new Set<string>();
    const note: Note = (text) => notes.add(text);
    const reason = attempt(() => this.mapResource({ resource, fullUrl: entry.fullUrl, notes, note }));
    if (reason !== undefined) this.skipped.add(type, reason);
  }

  private mapResource(entry: Entry): void {
    switch (entry.resource.resourceType) {
      case 'Patient':
        return this.addPatient(entry);
      case 'Medication':
        return this.addMedication(entry);
      case 'Observation':
        return this.addObservation(entry);
      case 'DiagnosticReport':
        return this.addReport(entry);
      case 'MedicationRequest':
        return this.addOrder(entry);
      default:
        return skip('not part of the record');
    }
  }

  private addPatient(entry: Entry): void {
    const id = identify('Patient', entry);
    this.drafts.references.name(entry.fullUrl, 'Patient', id);
    const row = mapPatient(parse(RESOURCES.Patient, entry), id, entry.note);
    this.replace('Patient', this.drafts.patients, id, row);
    for (const text of entry.notes) this.notes.add('Patient', text);
  }

  private addMedication(entry: Entry): void {
    const id = identify('Medication', entry);
    this.drafts.references.name(entry.fullUrl, 'Medication', id);
    this.drafts.medications.set(id, readCode(parse(RESOURCES.Medication, entry).code, entry.note));
  }

  private addObservation(entry: Entry): void {
    const type = 'Observation';
    const id = identify(type, entry);
    const observation = parse(RESOURCES.Observation, entry);
    if (WITHDRAWN_RESULTS.has(observation.status)) {
      this.replace(type, this.drafts.exams, id, { type, content: undefined, exams: [], components: 0 });
      return skip(observation.status);
    }
    const exams = mapObservation(observation, id, entry.note);
    const content = { subject: observation.subject?.reference, notes: [...entry.notes] };
    const components = observation.component.length;
    return this.replace(type, this.drafts.exams, id, { type, content, exams, components });
  }

  private addReport(entry: Entry): void {
    const type = 'DiagnosticReport';
    const id = identify(type, entry);
    const report = parse(RESOURCES.DiagnosticReport, entry);
    const rest = { type, components: undefined };
    if (WITHDRAWN_RESULTS.has(report.status)) {
      this.replace(type, this.drafts.exams, id, { ...rest, content: undefined, exams: [] });
      return skip(report.status);
    }
    const exams = [mapDiagnosticReport(report, id, entry.note)];
    const content = { subject: report.subject?.reference, notes: [...entry.notes] };
    return this.replace(type, this.drafts.exams, id, { ...rest, content, exams });
  }

  private addOrder(entry: Entry): void {
    const type = 'MedicationRequest';
    const id = identify(type, entry);
    const request = parse(RESOURCES.MedicationRequest, entry);
    if (request.status === 'entered-in-error') {
      this.replace(type, this.drafts.orders, id, { type, content: undefined, order: undefined });
      return skip(request.status);
    }
    const order = mapMedicationRequest(request, id, entry.note);
    const content = { subject: request.subject.reference, notes: [...entry.notes] };
    return this.replace(type, this.drafts.orders, id, { type, content, order });
  }

  private replace<T>(type: ReadType, drafts: Map<string, T>, id: string, draft: T): void {
    if (drafts.has(id)) this.skipped.add(type, 'stands in the bundle again: the last one counts');
    drafts.set(id, draft);
  }
}

/** The resource as its type has it. Skips it, naming the member, where it is not as FHIR says. */
function parse<T extends Modifiable>(schema: z.ZodType<T>, { resource }: Entry): T {
  const parsed = schema.safeParse(resource);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.filter((part) => typeof part === 'string').join('.') ?? '';
    return skip(`malformed${path === '' ? '' : ` (${path})`}`);
  }
  const { modifierExtension, implicitRules } = parsed.data;
  if (modifierExtension.length > 0 || implicitRules !== undefined) skip(UNKNOWN_MODIFIER);
  return parsed.data;
}

function identify(type: ReadType, { resource, fullUrl }: Entry): string {
  const id = 'id' in resource && typeof resource.id === 'string' ? resource.id : undefined;
  return entryRowId(type, id, fullUrl) ?? skip('no usable id');
}
