import { DURATION } from '../base/duration.js';
import { absent, BOOLEAN, FUNCTION, oneOf, optional } from '../base/option-checks.js';

const WHILE_EXPIRING = absent('under consistency "ttl"');

/** The options of a route or function whose freshness comes from the versions of its tags. */
export const BY_VERSIONS = {
  tags: FUNCTION,
  consistency: optional(oneOf('strong', 'bounded', 'ttl')),
  ttl: optional(DURATION),
  snapshot: optional(BOOLEAN),
};

/** The same options where nothing invalidates but time. */
export const BY_TTL = {
  tags: WHILE_EXPIRING,
  consistency: oneOf('ttl'),
  ttl: DURATION,
  snapshot: WHILE_EXPIRING,
};
