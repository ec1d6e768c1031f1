import { parseReference } from '../identity.js';
import { skip } from './skip.js';

type NamedType = 'Patient' | 'Medication';

/**
 * What the references inside a bundle lead to: https://hl7.org/fhir/R4/bundle.html#references. An entry is known by its
 * `fullUrl`; type and id name a resource wherever it is.
 */
export class References {
  private readonly named = new Map<string, { readonly type: NamedType; readonly id: string }>();

  /** Makes an entry's `fullUrl` stand for a row id. */
  name(fullUrl: string | undefined, type: NamedType, id: string): void {
    if (fullUrl !== undefined) this.named.set(canonical(fullUrl), { type, id });
  }

  /** The row id of the patient that `reference` names, here or in the database. Skips the resource where it names none. */
  patient(reference: string | undefined): string {
    if (reference === undefined) return skip('no subject');
    return this.resolve(reference, 'Patient') ?? skip('its subject is no patient');
  }

  /** The row id of a Medication, or undefined. */
  medication(reference: string): string | undefined {
    return this.resolve(reference, 'Medication');
  }

  private resolve(reference: string, wanted: NamedType): string | undefined {
    const { type = wanted, id } = this.named.get(canonical(reference)) ?? parseReference(reference) ?? {};
    return type === wanted ? id : undefined;
  }
}

/** Uuids have two spellings; nothing else of an address may be changed. */
function canonical(reference: string): string {
  return /^urn:uuid:/i.test(reference) ? reference.toLowerCase() : reference;
}
