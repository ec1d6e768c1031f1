import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { ExamsController } from './exams.controller.js';
import { ExamsRepository } from './postgres/exams.repository.js';
import { MedicationsController } from './medications.controller.js';
import { MedicationsRepository } from './postgres/medications.repository.js';
import { PatientExams, PatientItems, PatientMedications } from './patient-items.js';
import { PatientsController } from './patients.controller.js';
import { PatientsRepository } from './postgres/patients.repository.js';
import { PatientsService } from './patients.service.js';

/** Patients, their exams and medications, and the record that aggregates them. */
@Module({
  imports: [UsersModule],
  controllers: [PatientsController, ExamsController, MedicationsController],
  providers: [
    PatientsRepository,
    ExamsRepository,
    MedicationsRepository,
    PatientsService,
    {
      provide: PatientExams,
      useFactory: (exams: ExamsRepository, patients: PatientsRepository): PatientExams =>
        new PatientItems({ name: 'exam', notFound: 'EXAM_NOT_FOUND' }, exams, patients),
      inject: [ExamsRepository, PatientsRepository],
    },
    {
      provide: PatientMedications,
      useFactory: (medications: MedicationsRepository, patients: PatientsRepository): PatientMedications =>
        new PatientItems({ name: 'medication', notFound: 'MEDICATION_NOT_FOUND' }, medications, patients),
      inject: [MedicationsRepository, PatientsRepository],
    },
  ],
})
export class PatientsModule {}
