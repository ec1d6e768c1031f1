import type { Effective, FhirDiagnosticReport, FhirObservation } from '../fhir-types.js';
import { componentRowId } from '../identity.js';
import { TEXT_LIMITS } from '../limits.js';
import type { ExamRow } from '../rows.js';
import { conceptText, readCode } from './codes.js';
import { readInstant } from './date-time.js';
import { hasValue, readValue } from './observation-value.js';
import { skip, UNKNOWN_MODIFIER, type Note } from './skip.js';
import { cleanText } from './text.js';

/** An exam whose patient is not known yet. */
export type ExamDraft = Omit<ExamRow, 'patientId'>;

/** Statuses that take a result back, or say that there never was one: its row goes, if there is one. */
export const WITHDRAWN_RESULTS: ReadonlySet<string> = new Set(['entered-in-error', 'cancelled']);

/**
 * The exams of an observation: one for its own value and one for each component. One that has neither still is an exam,
 * without a result. Nothing of an observation is taken over when a part of it cannot be: half a blood pressure misleads.
 */
export function mapObservation(observation: FhirObservation, id: string, note: Note): ExamDraft[] {
  const date = readEffective(observation, note);
  const own = hasValue(observation) || observation.component.length === 0;
  const components = observation.component.map((component, index) => {
    if (component.modifierExtension.length > 0) skip(UNKNOWN_MODIFIER);
    return {
      id: componentRowId(id, index),
      ...readCode(component.code, note),
      ...readValue(component, note),
      date,
    };
  });
  if (!own) return components;
  return [{ id, ...readCode(observation.code, note), ...readValue(observation, note), date }, ...components];
}

/** A report is an exam with its conclusion as the result. Its single results are observations of their own. */
export function mapDiagnosticReport(report: FhirDiagnosticReport, id: string, note: Note): ExamDraft {
  return {
    id,
    ...readCode(report.code, note),
    result: cleanText(conclusion(report, note), TEXT_LIMITS.result, note),
    unit: null,
    date: readEffective(report, note),
  };
}

function readEffective(source: Effective, note: Note): string {
  const date =
    source.effectiveDateTime ??
    source.effectiveInstant ??
    source.effectivePeriod?.start ??
    source.effectivePeriod?.end ??
    source.effectiveTiming?.event[0] ??
    source.issued;
  return readInstant(date ?? skip('no date'), note);
}

function conclusion(report: FhirDiagnosticReport, note: Note): string | undefined {
  if (report.conclusion !== undefined && report.conclusion.trim() !== '') return report.conclusion;
  const codes = report.conclusionCode.map(conceptText).filter((text) => text !== undefined);
  if (codes.length > 0) return codes.join('; ');
  const plain = report.presentedForm.find(
    ({ contentType, data }) => contentType?.startsWith('text/plain') === true && data !== undefined,
  );
  if (plain?.data !== undefined) return Buffer.from(plain.data, 'base64').toString('utf8');
  if (report.presentedForm.length > 0) note('a report was imported without its attached document');
  return undefined;
}
