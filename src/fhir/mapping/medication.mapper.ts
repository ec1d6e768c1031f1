import { ContainedMedication, type FhirMedicationRequest } from '../fhir-types.js';
import { TEXT_LIMITS } from '../limits.js';
import type { MedicationRow } from '../rows.js';
import { readCode, type Coded } from './codes.js';
import { readInstant } from './date-time.js';
import { dosageText } from './dosage.js';
import { skip, type Note } from './skip.js';
import { cleanText } from './text.js';

/** What was ordered: known already, or a resource of the bundle, which may come later. */
export type OrderedMedication =
  { readonly coded: Coded } | { readonly reference: string; readonly display: string | undefined };

/** A medication whose patient, and perhaps whose code, is not known yet. */
export type MedicationDraft = Omit<MedicationRow, 'patientId' | keyof Coded> & {
  readonly medication: OrderedMedication;
};

const NO_MEDICATION = 'its medication is not in the bundle';
/** Intents that are no order: https://hl7.org/fhir/R4/valueset-medicationrequest-intent.html */
const NOT_ORDERED: ReadonlySet<string> = new Set(['proposal', 'plan', 'option']);

/** An order that was cancelled is kept, with that status: a record without it would be poorer. */
export function mapMedicationRequest(
  request: FhirMedicationRequest,
  id: string,
  note: Note,
): MedicationDraft {
  // "Do not give penicillin" would become a medication that the patient takes.
  if (request.doNotPerform === true) skip('an order not to give');
  if (NOT_ORDERED.has(request.intent)) skip('a proposal, plan or option, not an order');
  const date = request.authoredOn ?? request.dispenseRequest?.validityPeriod?.start ?? skip('no date');
  return {
    id,
    medication: orderedMedication(request, note),
    status: request.status,
    dosage: cleanText(dosageText(request.dosageInstruction), TEXT_LIMITS.dosage, note),
    date: readInstant(date, note),
  };
}

function orderedMedication(request: FhirMedicationRequest, note: Note): OrderedMedication {
  if (request.medicationCodeableConcept !== undefined) {
    return { coded: readCode(request.medicationCodeableConcept, note) };
  }
  const { reference = '', display } = request.medicationReference ?? skip('no medication');
  if (reference.startsWith('#')) return { coded: readCode(contained(request, reference.slice(1)), note) };
  return { reference, display };
}

/** The medication of a reference that leads nowhere: the words that came with it, if any. */
export function codeOfDisplay(display: string | undefined, note: Note): Coded {
  if (display === undefined || display.trim() === '') return skip(NO_MEDICATION);
  return readCode({ coding: [], text: display }, note);
}

function contained(request: FhirMedicationRequest, id: string) {
  for (const resource of request.contained) {
    const medication = ContainedMedication.safeParse(resource);
    if (medication.success && medication.data.id === id) return medication.data.code;
  }
  return skip(NO_MEDICATION);
}
