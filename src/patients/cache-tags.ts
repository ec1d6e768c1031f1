import { collectionTag, uuidTag, type Tag } from '../cache/index.js';

const tagOfPatient = uuidTag('patient');

/** Everything about one patient: personal data, exams, medications. The triggers of migration `cache_versions` bump it. */
export const patientTag = (id: string | undefined): Tag => tagOfPatient(id ?? '');

/** Which patients there are, and their personal data. */
export const PATIENTS_TAG = collectionTag('patients');
