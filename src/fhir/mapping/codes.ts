import type { CodeableConcept } from '../fhir-types.js';
import { TEXT_LIMITS } from '../limits.js';
import { skip, type Note } from './skip.js';
import { cleanLine, cleanToken } from './text.js';

/** What the columns of a coded row hold. */
export interface Coded {
  readonly code: string;
  readonly codeSystem: string;
  readonly name: string;
}

/**
 * What stands for a code where only words are given: HL7's own "un-encoded", so that the record is neither lost nor
 * given a code that nobody chose. https://terminology.hl7.org/CodeSystem-v3-NullFlavor.html
 */
const UNCODED = { code: 'UNC', codeSystem: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor' };
/** For a code that comes without its system. */
const UNKNOWN_SYSTEM = 'urn:careline:code-system:unknown';

/** The code and the name of a concept. Skips the resource when the concept holds neither code nor words. */
export function readCode(concept: CodeableConcept | undefined, note: Note): Coded {
  const codings = concept?.coding.filter(({ code }) => code !== undefined && code.trim() !== '') ?? [];
  const chosen =
    codings.find(({ userSelected, system }) => userSelected === true && system !== undefined) ??
    codings.find(({ system }) => system !== undefined) ??
    codings[0];
  const code = cleanToken(chosen?.code, 'code');
  const name = cleanLine(
    concept === undefined ? undefined : (shownText(concept, chosen?.display) ?? code ?? undefined),
    TEXT_LIMITS.name,
    note,
  );
  if (name === null) return skip('no code');
  if (code === null) {
    note('a concept in words only: its code is "un-encoded"');
    return { ...UNCODED, name };
  }
  const codeSystem = cleanToken(chosen?.system, 'codeSystem');
  if (codeSystem === null) note('a code without its code system');
  return { code, codeSystem: codeSystem ?? UNKNOWN_SYSTEM, name };
}

/** The words for a concept: its own text, a display name, the bare code. Undefined: it says nothing. */
export function conceptText(concept: CodeableConcept): string | undefined {
  return shownText(concept, undefined) ?? concept.coding.map(({ code }) => code).find(isSaid);
}

function shownText(concept: CodeableConcept, preferred: string | undefined): string | undefined {
  return [concept.text, preferred, ...concept.coding.map(({ display }) => display)].find(isSaid);
}

function isSaid(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}
