import { memoize } from './memoize.js';
import type { TieredCache } from './tiered-cache.js';
import {
  ANY_OBJECT,
  describeWrongOptions,
  describeWrongValues,
  DURATION,
  NOT_EMPTY,
  type Subject,
} from '../../../test/support/wrong-options.js';

const functionOptions: Subject['options'] = {
  key: ['a function', 'undefined', 'a function'],
  negativeTtl: [DURATION, 'undefined'],
  staleIfError: [DURATION, 'undefined'],
  isOutage: ['a function', 'undefined', 'a function'],
  serializer: ['an object', 'undefined', ...ANY_OBJECT],
};
const whileVersioned: Subject['options'] = {
  tags: ['a function', 'a function'],
  consistency: ['"strong", "bounded" or "ttl"', 'undefined'],
  ttl: [DURATION, 'undefined'],
  snapshot: ['true or false', 'undefined', 'a boolean'],
};
const whileExpiring: Subject['options'] = {
  ttl: [DURATION],
  tags: ['left out under consistency "ttl"', 'undefined'],
  snapshot: ['left out under consistency "ttl"', 'undefined'],
};

const SUBJECTS: Readonly<Record<string, Subject>> = {
  'memoize, by versions': {
    of: 'memoize "names"',
    make: memoized,
    valid: { name: 'names', tags: () => [] },
    options: { ...functionOptions, ...whileVersioned },
  },
  'memoize, by expiry': {
    of: 'memoize "names"',
    make: memoized,
    valid: { name: 'names', consistency: 'ttl', ttl: '5s' },
    options: { ...functionOptions, ...whileExpiring },
  },
  'memoize, its name': {
    of: 'memoize',
    make: memoized,
    valid: { name: 'names', tags: () => [] },
    options: { name: [NOT_EMPTY, 'text'] },
  },
};

describeWrongOptions(SUBJECTS);

describeWrongValues(SUBJECTS, [
  ['memoize, by versions', 'negativeTtl', '417 s'],
  ['memoize, by expiry', 'ttl', `${'9'.repeat(400)}d`],
]);

function memoized(options: object): unknown {
  return memoize({} as TieredCache, () => Promise.resolve(1), options as never);
}
