import type { z } from 'zod';
import { parseExactJson } from '../../src/fhir/bundle/exact-json.js';
import { RESOURCES } from '../../src/fhir/fhir-types.js';
import { TEXT_LIMITS } from '../../src/fhir/limits.js';
import { BundleMapper } from '../../src/fhir/mapping/bundle-mapper.js';
import { MAX_MARKS, RAW_UNITS_A_CHARACTER } from '../../src/common/text.js';
import { superLinear } from './support/super-linear.js';
import { WorkMeter } from './support/work-meter.js';
import { worstTexts } from './support/worst-texts.js';

type Path = readonly (string | number)[];
type ReadType = keyof typeof RESOURCES;
interface Resource {
  readonly resourceType: ReadType;
}

const BYTES = 20_000;
const PATIENT = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ family: 'Ruiz', given: ['Ana'] }],
  birthDate: '1950-06-30',
};
const CODE = { coding: [{ system: 'http://loinc.org', code: '1', display: 'One' }] };
const OF_PATIENT = {
  status: 'final',
  code: CODE,
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2011-09-02',
};
const ORDER = {
  ...OF_PATIENT,
  resourceType: 'MedicationRequest',
  id: 'm',
  status: 'active',
  intent: 'order',
  authoredOn: '2011',
};
const OBSERVATION = { ...OF_PATIENT, resourceType: 'Observation', id: 'o' };

/** Resources that are taken, in the ways by which one text or another of them gets into a row. */
const BASES = [
  PATIENT,
  { ...PATIENT, telecom: [{ system: 'phone' }] },
  { ...PATIENT, telecom: [{ system: 'email' }] },
  OBSERVATION,
  { ...OBSERVATION, valueQuantity: { value: 1 } },
  { ...OBSERVATION, component: [{ code: CODE, valueQuantity: { value: 1 } }] },
  { ...OF_PATIENT, resourceType: 'DiagnosticReport', id: 'r' },
  {
    ...OF_PATIENT,
    resourceType: 'DiagnosticReport',
    id: 'r',
    presentedForm: [{ contentType: 'text/plain' }],
  },
  { ...ORDER, medicationCodeableConcept: CODE },
  {
    ...ORDER,
    medicationCodeableConcept: CODE,
    dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value: 1 } }] }],
  },
  { ...ORDER, medicationReference: { reference: 'Medication/none' } },
  { resourceType: 'Medication', id: 'x', code: CODE },
] as unknown as readonly Resource[];

/** Where `schema` takes any text; items of lists are the first ones. */
function textPaths(schema: z.core.$ZodType, path: Path = []): Path[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'string') return [path];
  if (def.type === 'array') return textPaths(def.element, [...path, 0]);
  if (def.type === 'optional' || def.type === 'nullable') return textPaths(def.innerType, path);
  if (def.type === 'pipe') return [...textPaths(def.in, path), ...textPaths(def.out, path)];
  if (def.type !== 'object') return [];
  return Object.entries(def.shape).flatMap(([name, member]) => textPaths(member, [...path, name]));
}

function withText(base: unknown, [step, ...rest]: Path, text: string): unknown {
  if (step === undefined) return text;
  if (typeof step === 'number') return [withText(Array.isArray(base) ? base[0] : undefined, rest, text)];
  const members = (base ?? {}) as Readonly<Record<string, unknown>>;
  return { ...members, [step]: withText(members[step], rest, text) };
}

function importOne(resource: unknown): unknown {
  const mapper = new BundleMapper();
  for (const one of [PATIENT, resource]) mapper.add(parseExactJson(JSON.stringify({ resource: one })));
  return mapper.resolve(new Set());
}

// https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
describe('API4: the worst texts in bundles', () => {
  const fields = BASES.flatMap((base) =>
    textPaths(RESOURCES[base.resourceType]).map((path) => [base, path] as const),
  );

  it.each(worstTexts(BYTES))(`${BYTES} bytes of %s in any field: work is bounded`, async (_name, text) => {
    const expressions = new Set<string>();
    const wrong: unknown[] = [];
    let normalised = 0;
    for (const [base, path] of fields) {
      const value = path.at(-1) === 'data' ? Buffer.from(text).toString('base64') : text;
      const resource = withText(base, path, value);
      const work = await WorkMeter.during(() => importOne(resource));
      normalised += work.normalised.length;
      for (const expression of work.expressions) expressions.add(expression);
      if (
        work.longestRun > MAX_MARKS ||
        Math.max(...work.normalised) > TEXT_LIMITS.result * RAW_UNITS_A_CHARACTER ||
        work.scanned > 12 * BYTES
      ) {
        wrong.push([base.resourceType, path.join('.'), { ...work, expressions: undefined }]);
      }
    }

    expect(wrong.slice(0, 5)).toEqual([]);
    expect(normalised).toBeGreaterThan(fields.length);
    expect(superLinear(expressions)).toEqual([]);
  });

  it('every text of every resource is among them', () => {
    const types = new Set(BASES.map(({ resourceType }) => resourceType));

    expect([...types].sort()).toEqual(Object.keys(RESOURCES).sort());
    expect(fields.length).toBeGreaterThan(200);
    expect(fields.map(([, path]) => path.join('.'))).toEqual(
      expect.arrayContaining(['address.0.text', 'telecom.0.value', 'valueString', 'presentedForm.0.data']),
    );
  });
});
