import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const ANA = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
export const LUIS = '0b0c8a3e-3f55-4a0e-9d11-5a4f2c6e7d88';

/** A uuid that is a small number. */
export const numbered = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const patient = (id: string, members: object = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Ruiz', given: ['Ana'] }],
  gender: 'female',
  birthDate: '1950-06-30',
  ...members,
});

const coded = (code: string) => ({
  coding: [{ system: 'http://loinc.org', code, display: `name of ${code}` }],
});

export const observation = (id: string, members: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: coded('8302-2'),
  subject: { reference: `Patient/${ANA}` },
  effectiveDateTime: '2011-09-02T10:35:11Z',
  ...members,
});

export const component = (code: string, value: number) => ({
  code: coded(code),
  valueQuantity: { value, unit: 'mm[Hg]' },
});

export const report = (id: string, members: object = {}) => ({
  ...observation(id),
  resourceType: 'DiagnosticReport',
  ...members,
});

export const order = (id: string, members: object = {}) => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'active',
  intent: 'order',
  subject: { reference: `Patient/${ANA}` },
  authoredOn: '2011-09-02',
  medicationCodeableConcept: coded('860975'),
  ...members,
});

export function bundleOf(...resources: { id: string }[]): string {
  const entry = resources.map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
}

/** A folder for the files of a test. */
export interface Folder {
  readonly path: string;
  /** Writes a file, and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'careline-fhir-'));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
