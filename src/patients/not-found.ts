import { AppError } from '../common/errors/app-error.js';

export const patientNotFound = () => new AppError('PATIENT_NOT_FOUND', 'There is no patient with this id.');
