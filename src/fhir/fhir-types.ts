import { z } from 'zod';
import { JsonNumber } from './bundle/exact-json.js';

/**
 * The parts of FHIR R4 that the import reads, no more: https://hl7.org/fhir/R4/. Other members are dropped. A `null` is
 * taken as absent, although FHIR allows it only inside lists; anything else of a wrong type makes the resource malformed.
 */
const isNoNumber = (value: unknown): boolean => !(value instanceof JsonNumber);
/** A number is an object here; without this one would pass for an object in which nothing is said. */
const object = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.custom<unknown>(isNoNumber).pipe(z.object(shape));
const optional = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined);
const text = optional(z.string());
const listOf = <T extends z.ZodType>(type: T) => optional(z.array(type)).transform((items) => items ?? []);
/** Items of a list of primitives are null where only an extension is given for them. */
const texts = listOf(z.string().nullable()).transform((items) => items.filter((item) => item !== null));
/** FHIR asks for 18 digits; a number of thousands of digits is a mistake, and cut it would be a wrong one. */
const number = z
  .instanceof(JsonNumber)
  .refine(({ source }) => source.length <= 64)
  .transform(({ source }) => source);
const optionalNumber = optional(number);
const whole = optional(z.instanceof(JsonNumber).transform(({ source }) => Number(source)));
const flag = optional(z.boolean());

const coding = object({ system: text, code: text, display: text, userSelected: flag });
const codeableConcept = object({ coding: listOf(coding), text });
const reference = object({ reference: text, display: text });
const period = object({ start: text, end: text });
const quantity = object({
  value: optionalNumber,
  comparator: optional(z.enum(['<', '<=', '>=', '>'])),
  unit: text,
  code: text,
});
const range = object({ low: optional(quantity), high: optional(quantity) });
const ratio = object({ numerator: optional(quantity), denominator: optional(quantity) });

/** The choices of Observation.value[x] and of a component's: https://hl7.org/fhir/R4/observation.html */
const value = {
  valueQuantity: optional(quantity),
  valueCodeableConcept: optional(codeableConcept),
  valueString: text,
  valueBoolean: flag,
  valueInteger: optionalNumber,
  valueRange: optional(range),
  valueRatio: optional(ratio),
  valueSampledData: optional(z.looseObject({})),
  valueTime: text,
  valueDateTime: text,
  valuePeriod: optional(period),
};
const effective = {
  effectiveDateTime: text,
  effectivePeriod: optional(period),
  effectiveTiming: optional(object({ event: texts })),
  effectiveInstant: text,
  issued: text,
};
/** What could turn the meaning of a resource round, for those who do not know it: https://hl7.org/fhir/R4/extensibility.html#modifierExtension */
const resource = {
  id: text,
  implicitRules: text,
  modifierExtension: listOf(z.unknown()),
};

const patient = object({
  ...resource,
  name: listOf(object({ use: text, text, family: text, given: texts })),
  telecom: listOf(object({ system: text, value: text, use: text, rank: whole })),
  gender: text,
  birthDate: text,
  deceasedBoolean: flag,
  deceasedDateTime: text,
  address: listOf(
    object({
      use: text,
      text,
      line: texts,
      city: text,
      state: text,
      postalCode: text,
      country: text,
    }),
  ),
});

const observation = object({
  ...resource,
  ...value,
  ...effective,
  status: z.enum([
    'registered',
    'preliminary',
    'final',
    'amended',
    'corrected',
    'cancelled',
    'entered-in-error',
    'unknown',
  ]),
  code: codeableConcept,
  subject: optional(reference),
  component: listOf(object({ ...value, code: codeableConcept, modifierExtension: listOf(z.unknown()) })),
});

const diagnosticReport = object({
  ...resource,
  ...effective,
  status: z.enum([
    'registered',
    'partial',
    'preliminary',
    'final',
    'amended',
    'corrected',
    'appended',
    'cancelled',
    'entered-in-error',
    'unknown',
  ]),
  code: codeableConcept,
  subject: optional(reference),
  conclusion: text,
  conclusionCode: listOf(codeableConcept),
  presentedForm: listOf(object({ contentType: text, data: text })),
});

const dosage = object({
  sequence: whole,
  text,
  additionalInstruction: listOf(codeableConcept),
  patientInstruction: text,
  timing: optional(
    object({
      code: optional(codeableConcept),
      repeat: optional(
        object({
          frequency: optionalNumber,
          period: optionalNumber,
          periodUnit: optional(z.enum(['s', 'min', 'h', 'd', 'wk', 'mo', 'a'])),
          when: texts,
        }),
      ),
    }),
  ),
  asNeededBoolean: flag,
  asNeededCodeableConcept: optional(codeableConcept),
  route: optional(codeableConcept),
  doseAndRate: listOf(object({ doseQuantity: optional(quantity), doseRange: optional(range) })),
});

const medicationRequest = object({
  ...resource,
  status: z.enum([
    'active',
    'on-hold',
    'cancelled',
    'completed',
    'entered-in-error',
    'stopped',
    'draft',
    'unknown',
  ]),
  intent: z.enum([
    'proposal',
    'plan',
    'order',
    'original-order',
    'reflex-order',
    'filler-order',
    'instance-order',
    'option',
  ]),
  doNotPerform: flag,
  medicationCodeableConcept: optional(codeableConcept),
  medicationReference: optional(reference),
  contained: listOf(z.unknown()),
  subject: reference,
  authoredOn: text,
  dosageInstruction: listOf(dosage),
  dispenseRequest: optional(object({ validityPeriod: optional(period) })),
});

const medicationMembers = { ...resource, code: optional(codeableConcept) };
const medication = object(medicationMembers);

/** A Medication inside another resource, where it must have an id. */
export const ContainedMedication = object({
  ...medicationMembers,
  resourceType: z.literal('Medication'),
  id: z.string(),
});

/** The resources that are read. */
export const RESOURCES = {
  Patient: patient,
  Observation: observation,
  DiagnosticReport: diagnosticReport,
  MedicationRequest: medicationRequest,
  Medication: medication,
} as const;

/** An entry of a bundle; what its resource is, is looked at later. */
export const BundleEntry = object({
  fullUrl: text,
  resource: z.looseObject({ resourceType: z.string() }).nullish(),
  request: optional(object({ method: text })),
});

export type FhirPatient = z.output<typeof patient>;
export type FhirObservation = z.output<typeof observation>;
export type FhirDiagnosticReport = z.output<typeof diagnosticReport>;
export type FhirMedicationRequest = z.output<typeof medicationRequest>;
export type CodeableConcept = z.output<typeof codeableConcept>;
export type Quantity = z.output<typeof quantity>;
export type Range = z.output<typeof range>;
export type Ratio = z.output<typeof ratio>;
export type Dosage = z.output<typeof dosage>;
export type Effective = Pick<FhirObservation, keyof typeof effective>;
export type ObservationValue = Pick<FhirObservation, keyof typeof value>;
export type Gender = 'male' | 'female' | 'other' | 'unknown';
