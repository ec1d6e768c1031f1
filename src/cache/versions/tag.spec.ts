import { CacheUsageError } from '../base/errors.js';
import { collectionTag, EVERYTHING, nameTag, parseTag, uuidTag } from './tag.js';

const ID = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const NAME = 'a name of a-z, 0-9, _ and - that begins with a letter and has at most 64 characters';

const KINDS: readonly (readonly [kind: string, value: unknown])[] = [
  ['text', 'Anna S3cret'],
  ['text', 's3cret:anna'],
  ['text', `s3cret:${ID}:anna`],
  ['empty text', ''],
  ['undefined', undefined],
  ['null', null],
  ['a number', 417],
  ['an array of 1', ['s3cret']],
];

describe('a constructor of tags', () => {
  it('gives one spelling of what is a tag', () => {
    expect(uuidTag('patient')(ID.toUpperCase())).toBe(`patient:${ID}`);
    expect(collectionTag('patients')).toBe('patients');
    expect(nameTag('keyv', 'sessions')).toBe('keyv-sessions');
    expect(nameTag('keyv', 'Sessions of A')).toMatch(/^keyv-h-[0-9a-f]{32}$/);
    expect([EVERYTHING, 'patients', `patient:${ID.toUpperCase()}`].map(parseTag)).toEqual([
      EVERYTHING,
      'patients',
      `patient:${ID}`,
    ]);
  });

  it.each<[string, (value: never) => unknown]>([
    ['uuidTag("patient") must be given a uuid', uuidTag('patient')],
    [`uuidTag must be given ${NAME}`, uuidTag],
    [`collectionTag must be given ${NAME}`, collectionTag],
    [`nameTag must be given ${NAME}`, (kind) => nameTag(kind, 'sessions')],
    ['parseTag must be given <name>, <kind>:<uuid> or *', parseTag],
  ])('%s: else it says what came, and does not quote it', (said, make) => {
    for (const [kind, value] of KINDS) {
      const call = () => make(value as never);
      expect(call).toThrow(CacheUsageError);
      expect(call).toThrow(
        expect.objectContaining({ code: 'CACHE_TAG_INVALID', message: `${said}; got ${kind}.` }) as Error,
      );
    }
  });
});
