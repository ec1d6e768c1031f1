const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const cents = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** What stands where there is no figure yet. */
export const NONE = '–';

export const count = (value) => (value < 100_000 ? whole : compact).format(value);

export const rate = (value) => (value === null ? NONE : value < 10 ? value.toFixed(1) : count(value));

export const units = (value) => (value < 100 ? value.toFixed(1) : count(value));

/** Never 100 % while anything missed: an operator asks for the last miss. */
export function percent(ratio) {
  if (ratio === null) return NONE;
  const value = ratio * 100;
  if (value > 99.9 && value < 100) return '99.9 %';
  return `${value.toFixed(value === 0 || value === 100 ? 0 : 1)} %`;
}

export function ms(value) {
  if (value === null) return NONE;
  if (value < 1) return `${value.toFixed(2)} ms`;
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`;
  return value < 100 ? `${value.toFixed(1)} ms` : `${whole.format(value)} ms`;
}

export function duration(valueMs) {
  const seconds = valueMs / 1_000;
  if (seconds < 1) return `${whole.format(valueMs)} ms`;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7_200) return `${whole.format(seconds / 60)} min`;
  return seconds < 172_800 ? `${whole.format(seconds / 3_600)} h` : `${whole.format(seconds / 86_400)} days`;
}

/** Small sums keep two digits that say something. */
export const usd = (value) =>
  value === 0 || value >= 1 ? `$${cents.format(value)}` : `$${precise.format(value)}`;

export function bytes(value) {
  if (value < 1_024) return `${value} B`;
  const kib = value / 1_024;
  return kib < 1_024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1_024).toFixed(1)} MiB`;
}

export const clock = (at) =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
