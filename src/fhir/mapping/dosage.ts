import type { Dosage } from '../fhir-types.js';
import { conceptText } from './codes.js';
import { quantityNumber, quantityUnit, rangeNumbers, rangeUnit } from './quantity.js';

type Timing = NonNullable<Dosage['timing']>;
type Repeat = NonNullable<Timing['repeat']>;

const UNITS: Readonly<Record<NonNullable<Repeat['periodUnit']>, string>> = {
  s: 'second',
  min: 'minute',
  h: 'hour',
  d: 'day',
  wk: 'week',
  mo: 'month',
  a: 'year',
};

/** All instructions in their sequence: as they are written, or put together from their parts. Undefined: none says anything. */
export function dosageText(instructions: readonly Dosage[]): string | undefined {
  const texts = instructions
    .toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0) || 0)
    .map((dosage) => said(dosage.text) ?? composed(dosage))
    .filter((text) => text !== '');
  return texts.length > 0 ? texts.join('; ') : undefined;
}

/** Such as `1 tablet, 2 times every 6 hours, oral, as needed, take with food`. */
function composed(dosage: Dosage): string {
  return [
    ...dosage.doseAndRate.map(({ doseQuantity, doseRange }) => {
      if (doseQuantity !== undefined)
        return doseText(quantityNumber(doseQuantity), quantityUnit(doseQuantity));
      return doseRange && doseText(rangeNumbers(doseRange), rangeUnit(doseRange));
    }),
    dosage.timing && timingText(dosage.timing),
    dosage.route && conceptText(dosage.route),
    asNeeded(dosage),
    ...dosage.additionalInstruction.map(conceptText),
    dosage.patientInstruction,
  ]
    .map(said)
    .filter((part) => part !== undefined)
    .join(', ');
}

/** A number without a unit would not say what it counts. */
function doseText(number: string | undefined, unit: string | undefined): string | undefined {
  if (number === undefined) return undefined;
  return unit === undefined ? `dose ${number}` : `${number} ${unit}`;
}

function asNeeded({ asNeededBoolean, asNeededCodeableConcept }: Dosage): string | undefined {
  const reason = asNeededCodeableConcept && conceptText(asNeededCodeableConcept);
  if (reason !== undefined) return `as needed for ${reason}`;
  return asNeededBoolean === true || asNeededCodeableConcept !== undefined ? 'as needed' : undefined;
}

function timingText({ code, repeat }: Timing): string | undefined {
  return repeatText(repeat) ?? (code && conceptText(code));
}

function repeatText(repeat: Repeat | undefined): string | undefined {
  if (repeat === undefined) return undefined;
  const { frequency, period, periodUnit, when } = repeat;
  if (period === undefined || periodUnit === undefined) return when.length > 0 ? when.join(', ') : undefined;
  const times = frequency === undefined ? '' : `${frequency} ${frequency === '1' ? 'time' : 'times'} `;
  const every = period === '1' ? `every ${UNITS[periodUnit]}` : `every ${period} ${UNITS[periodUnit]}s`;
  return [`${times}${every}`, ...when].join(', ');
}

function said(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}
