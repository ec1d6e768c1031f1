import type { Quantity, Range, Ratio } from '../fhir-types.js';

/** `<0.5`, with every digit as it was written. Undefined: there is no value. */
export function quantityNumber({ value, comparator }: Quantity): string | undefined {
  return value === undefined ? undefined : `${comparator ?? ''}${value}`;
}

export function quantityUnit({ unit, code }: Quantity): string | undefined {
  return [unit, code].find((text) => text !== undefined && text.trim() !== '');
}

/** `<0.5 mg`. */
function quantityText(quantity: Quantity | undefined): string | undefined {
  const number = quantity === undefined ? undefined : quantityNumber(quantity);
  const unit = quantity === undefined ? undefined : quantityUnit(quantity);
  return number === undefined || unit === undefined ? number : `${number} ${unit}`;
}

/** `1-2`, `>=1`, `<=2`: the numbers alone, for both have one unit. */
export function rangeNumbers({ low, high }: Range): string | undefined {
  const from = low === undefined ? undefined : quantityNumber(low);
  const to = high === undefined ? undefined : quantityNumber(high);
  if (from !== undefined && to !== undefined) return `${from} - ${to}`;
  if (from !== undefined) return `>=${from}`;
  return to === undefined ? undefined : `<=${to}`;
}

export function rangeUnit({ low, high }: Range): string | undefined {
  return (low && quantityUnit(low)) ?? (high && quantityUnit(high));
}

/** `1:128`, `5 mg:10 mL`. Undefined unless both sides are given. */
export function ratioText({ numerator, denominator }: Ratio): string | undefined {
  const [above, below] = [quantityText(numerator), quantityText(denominator)];
  return above === undefined || below === undefined ? undefined : `${above}:${below}`;
}
