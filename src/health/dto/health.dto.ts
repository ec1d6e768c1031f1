import { z } from 'zod';

export const Liveness = z
  .object({ status: z.literal('ok').meta({ description: 'Always `ok`.', example: 'ok' }) })
  .meta({ id: 'Liveness', description: 'The process is alive.' });
export type Liveness = z.infer<typeof Liveness>;

const EngineHealth = z
  .object({
    name: z.string().meta({ description: 'The engine.', example: 'postgres' }),
    status: z.enum(['up', 'down']).meta({ description: 'Whether it answered in time.', example: 'up' }),
    kind: z.enum(['embedded', 'external']).meta({
      description: 'Started by Careline itself (development), or given by the configuration.',
      example: 'embedded',
    }),
    latencyMs: z
      .number()
      .nullable()
      .meta({ description: 'Time of its answer, in ms; null when down.', example: 0.4 }),
  })
  .meta({ id: 'EngineHealth', description: 'The state of one engine.' });
export type EngineHealth = z.infer<typeof EngineHealth>;

export const Readiness = z
  .object({
    status: z.enum(['ok', 'unavailable', 'stopping']).meta({
      description: '`ok` when requests can be served.',
      example: 'ok',
    }),
    engines: z.array(EngineHealth).meta({ description: 'Every engine that requests depend on.' }),
  })
  .meta({ id: 'Readiness', description: 'Whether the service can serve requests.' });
export type Readiness = z.infer<typeof Readiness>;
