import { z } from 'zod';
import { CacheError, parseTag } from '../../cache/index.js';

const MAX_TAG_LENGTH = 128;
const PATIENT = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

/** Body of `POST /api/cache/flush`. */
export const CacheFlush = z
  .strictObject({
    tag: z
      .string()
      .max(MAX_TAG_LENGTH, { error: `must have at most ${MAX_TAG_LENGTH} characters`, abort: true })
      .refine(isTag, 'must be <name>, <kind>:<uuid> or *')
      .default('*')
      .meta({
        description: 'The data whose answers are not to be used any more; `*` for all.',
        example: `patient:${PATIENT}`,
      }),
  })
  .meta({ id: 'CacheFlush', description: 'What to flush.' });
export type CacheFlush = z.output<typeof CacheFlush>;

/** Answer of `POST /api/cache/flush`. */
export const CacheFlushed = z
  .strictObject({
    tag: z.string().meta({ description: 'What was flushed.', example: `patient:${PATIENT}` }),
    version: z.string().meta({ description: 'Its new version.', example: '18.0c41de' }),
  })
  .meta({ id: 'CacheFlushed', description: 'What was flushed, and its new version.' });
export type CacheFlushed = z.output<typeof CacheFlushed>;

function isTag(text: string): boolean {
  try {
    parseTag(text);
    return true;
  } catch (error) {
    if (error instanceof CacheError) return false;
    throw error;
  }
}
