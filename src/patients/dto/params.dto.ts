import { z } from 'zod';
import { uuid } from '../../common/validation.js';

export const PatientParams = z.object({ id: uuid().meta({ description: 'The patient.' }) });
export type PatientParams = z.output<typeof PatientParams>;

export const ItemParams = PatientParams.extend({
  itemId: uuid().meta({
    description: 'The item of this patient.',
    example: '3f6f0c1e-5b7d-4b8e-8f43-1d2c9a7be610',
  }),
});
export type ItemParams = z.output<typeof ItemParams>;
