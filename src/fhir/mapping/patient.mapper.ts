import type { FhirPatient, Gender } from '../fhir-types.js';
import { TEXT_LIMITS } from '../limits.js';
import type { PatientRow } from '../rows.js';
import { readDay, type CalendarDay } from './date-time.js';
import { skip, type Note } from './skip.js';
import { cleanLine, wholeLine } from './text.js';

/** Which of several names to call a person by; https://hl7.org/fhir/R4/valueset-name-use.html */
const NAME_USES = ['official', 'usual', undefined, 'nickname', 'temp', 'anonymous', 'maiden', 'old'];
const ADDRESS_USES = ['home', undefined, 'temp', 'work', 'billing', 'old'];
const GENDERS: readonly Gender[] = ['male', 'female', 'other', 'unknown'];
const EMAIL = /^[^\s@]+@[^\s@]+$/;
/** Stands for the name that a person with one name does not have: the record wants both. */
const NO_NAME = '-';

type HumanName = FhirPatient['name'][number];
type Address = FhirPatient['address'][number];

/** Skips the patient when the birth date or every name is missing. */
export function mapPatient(patient: FhirPatient, id: string, note: Note): PatientRow {
  const birth = readDay(patient.birthDate ?? skip('no birth date'), note);
  return {
    id,
    ...readName(patient.name, note),
    birthDate: birth.day,
    deathDate: readDeathDate(patient, birth, note),
    gender: readGender(patient.gender, note),
    phone: cleanLine(contact(patient, 'phone'), TEXT_LIMITS.phone, note),
    email: readEmail(contact(patient, 'email'), note),
    address: cleanLine(addressLine(byUse(patient.address, ADDRESS_USES)), TEXT_LIMITS.address, note),
  };
}

/** The items in the order of `uses`; one with an unknown use comes last. Equals keep their order. */
function byUse<T extends { use: string | undefined }>(
  items: readonly T[],
  uses: readonly (string | undefined)[],
): T[] {
  const rank = ({ use }: T): number => (uses.indexOf(use) + uses.length + 1) % (uses.length + 1);
  return items.toSorted((a, b) => rank(a) - rank(b));
}

function readName(names: readonly HumanName[], note: Note): Pick<PatientRow, 'givenName' | 'familyName'> {
  for (const { family, given, text } of byUse(names, NAME_USES)) {
    const familyName = personName(family, note);
    const givenName = personName(given.join(' '), note);
    if (familyName !== null && givenName !== null) return { familyName, givenName };
    const only = familyName ?? givenName ?? personName(text, note);
    if (only === null) continue;
    note(`a patient with one name only: the other is "${NO_NAME}"`);
    return givenName === null ? { familyName: only, givenName: NO_NAME } : { familyName: NO_NAME, givenName };
  }
  return skip('no name');
}

function personName(value: string | undefined, note: Note): string | null {
  return cleanLine(value, TEXT_LIMITS.personName, note);
}

function readDeathDate(patient: FhirPatient, birth: CalendarDay, note: Note): string | null {
  if (patient.deceasedDateTime === undefined) {
    if (patient.deceasedBoolean === true) note('a patient who died on an unknown date: no death date');
    return null;
  }
  const death = readDay(patient.deceasedDateTime, note);
  if (death.day >= birth.day) return death.day;
  // "Born in May 1984, died in 1984": the first day of the year would lie before the birth.
  if (death.partial && birth.day.startsWith(patient.deceasedDateTime)) return birth.day;
  note('a death date before the birth date was left out');
  return null;
}

function readGender(gender: string | undefined, note: Note): Gender {
  const known = GENDERS.find((value) => value === gender);
  if (known === undefined) note('a gender that is absent or no code of FHIR became "unknown"');
  return known ?? 'unknown';
}

/** The contact point with the best rank (1) of those in use; the first one when none is ranked. */
function contact({ telecom }: FhirPatient, system: 'phone' | 'email'): string | undefined {
  return telecom
    .filter((point) => point.system === system && point.use !== 'old' && point.value?.trim())
    .toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0)[0]?.value;
}

/** An address that is cut, or is none, would reach somebody else or nobody. */
function readEmail(value: string | undefined, note: Note): string | null {
  const email = wholeLine(value, TEXT_LIMITS.email, note);
  if (email === null || (email !== undefined && EMAIL.test(email))) return email;
  note('an email address that is none was left out');
  return null;
}

/** `12 High Street, Chelsea, Massachusetts 02149, US`, or the address as it is written out. */
function addressLine([address]: readonly Address[]): string | undefined {
  if (address === undefined) return undefined;
  const { line, city, state, postalCode, country, text } = address;
  const region = [state, postalCode].filter(isSaid).join(' ');
  const parts = [...line, city, region, country].filter(isSaid).map((part) => part.trim());
  return (parts.length > 0 ? parts : linesOf(text)).join(', ');
}

/** Split and trimmed, for one expression with the spaces around line ends would take quadratic time. */
function linesOf(text = ''): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(isSaid);
}

function isSaid(part: string | undefined): part is string {
  return part !== undefined && part.trim() !== '';
}
