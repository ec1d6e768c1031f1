import type { ObservationValue } from '../fhir-types.js';
import { TEXT_LIMITS } from '../limits.js';
import { conceptText } from './codes.js';
import { quantityNumber, quantityUnit, rangeNumbers, rangeUnit, ratioText } from './quantity.js';
import type { Note } from './skip.js';
import { cleanLine, cleanText } from './text.js';

/** A result as the columns hold it; null is known to be none. */
export interface ExamResult {
  readonly result: string | null;
  readonly unit: string | null;
}

/** The value of an observation or of a component. */
export function readValue(source: ObservationValue, note: Note): ExamResult {
  const [text, unit] = valueText(source, note);
  const result = cleanText(text, TEXT_LIMITS.result, note);
  return { result, unit: result === null ? null : cleanLine(unit, TEXT_LIMITS.unit, note) };
}

/** Whether a value is given at all, in whatever form. */
export function hasValue(source: ObservationValue): boolean {
  return [
    source.valueQuantity,
    source.valueCodeableConcept,
    source.valueString,
    source.valueBoolean,
    source.valueInteger,
    source.valueRange,
    source.valueRatio,
    source.valueSampledData,
    source.valueTime,
    source.valueDateTime,
    source.valuePeriod,
  ].some((value) => value !== undefined);
}

function valueText(
  source: ObservationValue,
  note: Note,
): [text?: string | undefined, unit?: string | undefined] {
  const { valueQuantity: quantity, valueCodeableConcept: concept, valueRange: range } = source;
  if (quantity !== undefined) return [quantityNumber(quantity), quantityUnit(quantity)];
  if (concept !== undefined) return [conceptText(concept)];
  if (range !== undefined) return [rangeNumbers(range), rangeUnit(range)];
  if (source.valueRatio !== undefined) return [ratioText(source.valueRatio)];
  if (source.valueBoolean !== undefined) return [String(source.valueBoolean)];
  if (source.valuePeriod !== undefined) {
    const { start, end } = source.valuePeriod;
    return start === undefined && end === undefined ? [] : [`${start ?? ''}/${end ?? ''}`];
  }
  if (source.valueSampledData !== undefined) note('a series of samples was imported without its values');
  return [source.valueString ?? source.valueInteger ?? source.valueDateTime ?? source.valueTime];
}
