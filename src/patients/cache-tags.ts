import { collectionTag, uuidTag } from '../cache/index.js';

/** Everything about one patient: personal data, exams, medications. The triggers of migration `cache_versions` bump it. */
export const patientTag = uuidTag('patient');

/** Which patients there are, and their personal data. */
export const PATIENTS_TAG = collectionTag('patients');
