/** The code systems of the sample data, by the URIs that FHIR gives them. */
export const LOINC = 'http://loinc.org';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

/** An examination with a quantity: plausible adult values from `min` to `max`, with so many `decimals`. */
export interface QuantityKind {
  readonly code: string;
  readonly name: string;
  /** In UCUM. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly decimals: number;
}

function quantity(
  code: string,
  name: string,
  unit: string,
  [min, max]: [number, number],
  decimals = 0,
): QuantityKind {
  return { code, name, unit, min, max, decimals };
}

/** Taken at every visit. Height, weight and body mass index come on top: they depend on each other. */
export const VITAL_SIGNS: readonly QuantityKind[] = [
  quantity('8480-6', 'Systolic blood pressure', 'mm[Hg]', [104, 158]),
  quantity('8462-4', 'Diastolic blood pressure', 'mm[Hg]', [62, 98]),
  quantity('8867-4', 'Heart rate', '/min', [54, 102]),
  quantity('8310-5', 'Body temperature', 'Cel', [36.1, 38.4], 1),
];

/** Taken at some visits. */
export const LABORATORY: readonly QuantityKind[] = [
  quantity('2339-0', 'Glucose [Mass/volume] in Blood', 'mg/dL', [68, 164]),
  quantity('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', '%', [4.8, 8.9], 1),
  quantity('2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma', 'mg/dL', [138, 262]),
  quantity('2085-9', 'Cholesterol in HDL [Mass/volume] in Serum or Plasma', 'mg/dL', [32, 82]),
  quantity(
    '18262-6',
    'Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay',
    'mg/dL',
    [58, 172],
  ),
  quantity('2571-8', 'Triglyceride [Mass/volume] in Serum or Plasma', 'mg/dL', [62, 288]),
  quantity('718-7', 'Hemoglobin [Mass/volume] in Blood', 'g/dL', [10.8, 17.2], 1),
  quantity('6690-2', 'Leukocytes [#/volume] in Blood by Automated count', '10*3/uL', [3.9, 11.4], 1),
  quantity('777-3', 'Platelets [#/volume] in Blood by Automated count', '10*3/uL', [148, 422]),
  quantity('2160-0', 'Creatinine [Mass/volume] in Serum or Plasma', 'mg/dL', [0.55, 1.65], 2),
  quantity('6298-4', 'Potassium [Moles/volume] in Blood', 'mmol/L', [3.4, 5.3], 1),
  quantity('2947-0', 'Sodium [Moles/volume] in Blood', 'mmol/L', [133, 146]),
  quantity(
    '1742-6',
    'Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma',
    'U/L',
    [9, 62],
  ),
];

export const BODY_HEIGHT = { code: '8302-2', name: 'Body height', unit: 'cm' };
export const BODY_WEIGHT = { code: '29463-7', name: 'Body weight', unit: 'kg' };
export const BODY_MASS_INDEX = { code: '39156-5', name: 'Body mass index (BMI) [Ratio]', unit: 'kg/m2' };

/** An examination with a text, and without a unit. */
export const SMOKING_STATUS = {
  code: '72166-2',
  name: 'Tobacco smoking status',
  results: ['Never smoker', 'Former smoker', 'Current every day smoker'],
};

/** A medication as it is ordered. */
export interface MedicationKind {
  readonly code: string;
  readonly name: string;
  readonly dosages: readonly string[];
}

const DAILY = ['1 tablet once a day', '1 tablet every morning', '1 tablet in the evening'];
const AS_NEEDED = ['1 tablet every 6 hours as needed', '1 to 2 tablets as needed, at most 8 a day'];

export const MEDICATIONS: readonly MedicationKind[] = [
  { code: '314076', name: 'lisinopril 10 MG Oral Tablet', dosages: DAILY },
  { code: '197361', name: 'amlodipine 5 MG Oral Tablet', dosages: DAILY },
  { code: '312961', name: 'simvastatin 20 MG Oral Tablet', dosages: DAILY },
  { code: '197604', name: 'digoxin 0.125 MG Oral Tablet', dosages: DAILY },
  { code: '855332', name: 'warfarin sodium 5 MG Oral Tablet', dosages: DAILY },
  { code: '309362', name: 'clopidogrel 75 MG Oral Tablet', dosages: DAILY },
  { code: '197319', name: 'allopurinol 100 MG Oral Tablet', dosages: DAILY },
  { code: '310325', name: 'ferrous sulfate 325 MG Oral Tablet', dosages: DAILY },
  { code: '313782', name: 'acetaminophen 325 MG Oral Tablet', dosages: AS_NEEDED },
  { code: '310965', name: 'ibuprofen 200 MG Oral Tablet', dosages: AS_NEEDED },
  { code: '198014', name: 'naproxen 500 MG Oral Tablet', dosages: ['1 tablet twice a day with food'] },
  {
    code: '860975',
    name: '24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet',
    dosages: ['1 tablet with the evening meal', '2 tablets with the evening meal'],
  },
  {
    code: '745679',
    name: '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler',
    dosages: ['2 puffs every 4 hours as needed'],
  },
];
