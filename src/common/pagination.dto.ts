import { z } from 'zod';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const MAX_CURSOR_LENGTH = 8_192;
export const EXAMPLE_CURSOR = 'b2xYV3k0MmR1cFpRWyJnYXJjaWEgam9zZSJd';

/** Query parameters of every list. */
export const PageQuery = z.strictObject({
  limit: z
    .preprocess(
      wholeNumber,
      z
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .max(MAX_LIMIT, `must be at most ${MAX_LIMIT}`),
    )
    .default(DEFAULT_LIMIT)
    .meta({
      description: `How many items to answer at most; ${DEFAULT_LIMIT} when it is not given.`,
      example: DEFAULT_LIMIT,
    }),
  cursor: z
    .string()
    .max(MAX_CURSOR_LENGTH, { error: `must have at most ${MAX_CURSOR_LENGTH} characters`, abort: true })
    .optional()
    .meta({
      description:
        'The `nextCursor` of the page before, from the same list with the same filter; the limit may differ. ' +
        'Without it the first page is answered.',
      example: EXAMPLE_CURSOR,
    }),
});
export type PageQuery = z.output<typeof PageQuery>;

/** The schema of a page of `item`s, named `id` in the OpenAPI document. */
export function pageOf<Item extends z.ZodType>(id: string, description: string, item: Item) {
  return z
    .object({
      items: z.array(item).meta({ description: 'The items of this page, in order.' }),
      nextCursor: z.string().nullable().meta({
        description: 'Pass it as `cursor` to get the next page; null on the last page.',
        example: EXAMPLE_CURSOR,
      }),
    })
    .meta({ id, description });
}

/** Addresses carry text. Only plain digits are a number here: not `1e2`, ` 5`, `0x10` or an empty text. */
function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
}
