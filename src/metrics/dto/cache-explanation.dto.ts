import { z } from 'zod';
import { ROLES } from '../../auth/principal.js';
import type { Explanation } from '../../cache/index.js';
import { uuid } from '../../common/validation.js';

const MAX_PATH_LENGTH = 4_096;
const MAX_ROLES_LENGTH = 128;
const PATIENT = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

/** Query of `GET /api/cache/entries`. */
export const CacheEntryQuery = z.strictObject({
  route: z
    .string()
    .max(MAX_PATH_LENGTH, { error: `must have at most ${MAX_PATH_LENGTH} characters`, abort: true })
    .regex(/^\//, 'must be a path that begins with /')
    .meta({ description: 'The path of a GET request, with its query.', example: `/api/patients/${PATIENT}` }),
  subject: uuid().optional().meta({
    description: 'Whose answer, on routes that answer everybody differently. Default: yours.',
  }),
  roles: z
    .string()
    .max(MAX_ROLES_LENGTH, { error: `must have at most ${MAX_ROLES_LENGTH} characters`, abort: true })
    .refine((text) => text.split(',').every((role) => (ROLES as readonly string[]).includes(role)), {
      error: `must be some of ${ROLES.join(', ')}, with commas between them`,
    })
    .optional()
    .meta({
      description: 'With which roles, with commas between them. Default: yours.',
      example: 'clinician',
    }),
});
export type CacheEntryQuery = z.output<typeof CacheEntryQuery>;

const entry = {
  ageMs: z.number().meta({ description: 'Age in ms.', example: 61_250 }),
  ttlMs: z
    .number()
    .meta({ description: 'How long it will be kept, in ms; negative: it has expired.', example: 86_338_750 }),
  bytes: z.int().meta({ description: 'Bytes of the answer.', example: 18_012 }),
  current: z.boolean().meta({
    description: 'Whether it depends on nothing that has changed since.',
    example: true,
  }),
};

const version = (description: string) => z.string().nullable().meta({ description, example: '17.9f3ac1' });

/** Answer of `GET /api/cache/entries`: all that the cache says, and by the types of those who answer no more. */
export const CacheExplanation = z
  .strictObject({
    path: z
      .string()
      .meta({ description: 'The path that was asked about.', example: `/api/patients/${PATIENT}` }),
    obstacle: z
      .enum([
        'no-route',
        'route-not-cached',
        'undeclared-query',
        'no-principal',
        'tags-failed',
        'not-cacheable',
        'authority-down',
        'tag-without-row',
      ])
      .nullable()
      .meta({ description: 'Why it is not answered from the cache; null: it can be.', example: null }),
    route: z
      .strictObject({
        name: z.string().meta({ description: 'The route.', example: 'PatientsController.record' }),
        pattern: z.string().meta({ description: 'Its paths.', example: '/api/patients/:id' }),
        scope: z
          .enum(['shared', 'principal', 'role'])
          .meta({ description: 'Who shares an answer.', example: 'shared' }),
        consistency: z
          .enum(['strong', 'bounded', 'ttl'])
          .meta({ description: 'How old an answer may be.', example: 'bounded' }),
      })
      .nullable()
      .meta({ id: 'ExplainedRoute', description: 'The cached route; null where there is none.' }),
    key: z
      .strictObject({
        partition: z.string().meta({
          description: 'Namespace, route and arguments; a hash where keys are secret.',
          example: `x:PatientsController.record#=[{"id":"${PATIENT}"}]`,
        }),
        versions: z
          .string()
          .meta({ description: 'Tags with versions.', example: `*@1.a0 patient:${PATIENT}@17.9f3ac1` }),
      })
      .nullable()
      .meta({ id: 'ExplainedKey', description: 'Its key in the shared tier; null where it has none.' }),
    tags: z
      .array(
        z
          .strictObject({
            tag: z.string().meta({ description: 'The tag.', example: `patient:${PATIENT}` }),
            known: version('The version that this process knows without asking; null: it would ask.'),
            current: version('The version that the authority says; null: none, and nothing can be stored.'),
          })
          .meta({ id: 'ExplainedTag', description: 'A tag of the key.' }),
      )
      .meta({ description: 'Every piece of data that the answer is made of.' }),
    local: z
      .strictObject(entry)
      .nullable()
      .meta({ id: 'ExplainedLocalEntry', description: 'In the tier of this process; null: not there.' }),
    shared: z
      .strictObject({
        state: z.enum(['none', 'unavailable', 'absent', 'unusable', 'held']).meta({
          description: 'Whether it is there. `none`: there is no shared tier.',
          example: 'held',
        }),
        reason: z.string().nullable().meta({ description: 'Why it is unusable.', example: null }),
        entry: z
          .strictObject({
            ...entry,
            storedBytes: z.int().meta({ description: 'Bytes as stored.', example: 3_180 }),
          })
          .nullable()
          .meta({ id: 'ExplainedSharedEntry', description: 'The entry; null where there is none.' }),
        readUnits: z.number().nullable().meta({
          description: 'Read request units that a read of it costs; null where the store has none.',
          example: 0.5,
        }),
      })
      .nullable()
      .meta({ id: 'ExplainedSharedTier', description: 'In the shared tier; null where there is no key.' }),
  })
  .meta({
    id: 'CacheExplanation',
    description: 'How the cache would answer a GET request of a path.',
  }) satisfies z.ZodType<Explanation>;
export type CacheExplanation = z.output<typeof CacheExplanation>;
