import { ApiQuery } from '@nestjs/swagger';
import { EXAMPLE_CURSOR } from './pagination.dto.js';

/**
 * Documents an optional query parameter. Swagger UI fills in the first example, so that one is empty, which sends
 * nothing: a list is tried without a filter, and from its beginning.
 */
export const ApiOptionalQuery = (name: string, summary: string, value: string) =>
  ApiQuery({
    name,
    required: false,
    examples: { none: { summary: 'Not given', value: '' }, given: { summary, value } },
  });

/** Documents the `cursor` of a list. */
export const ApiCursorQuery = () => ApiOptionalQuery('cursor', 'The next page', EXAMPLE_CURSOR);
