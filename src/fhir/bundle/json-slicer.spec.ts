import fc from 'fast-check';
import { FileFailure } from './file-failure.js';
import { JsonSlicer, type Slice } from './json-slicer.js';

const LIMITS = { maxValueBytes: 1_000, maxValueNodes: 100, maxDepth: 20 };

interface Cut {
  readonly members: [string, unknown][];
  readonly elements: unknown[];
}

const parsed = (slice: Slice): unknown => (Buffer.isBuffer(slice) ? JSON.parse(slice.toString()) : slice);

/** Cuts `json` while it arrives in pieces of `size` bytes. */
function cut(json: string, size = 7, limits = LIMITS): Cut {
  const result: Cut = { members: [], elements: [] };
  const slicer = new JsonSlicer(
    'entry',
    {
      member: (key, slice) => result.members.push([key, parsed(slice)]),
      element: (slice) => result.elements.push(parsed(slice)),
    },
    limits,
  );
  const bytes = Buffer.from(json);
  for (let at = 0; at < bytes.length; at += size) slicer.write(bytes.subarray(at, at + size));
  slicer.end();
  return result;
}

function failure(json: string): string | undefined {
  try {
    cut(json);
  } catch (error) {
    if (error instanceof FileFailure) return error.reason;
    // A piece that is no JSON: the slicer leaves that to the parser.
    if (error instanceof SyntaxError) return 'piece';
    throw error;
  }
  return undefined;
}

describe('JsonSlicer', () => {
  it('finds what JSON.parse finds, however the document is written and wherever its pieces end', () => {
    const document = fc.record({
      type: fc.jsonValue(),
      'a "key" \\ {[': fc.jsonValue(),
      entry: fc.array(fc.jsonValue()),
      link: fc.jsonValue(),
    });
    fc.assert(
      fc.property(
        document,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(undefined, 1, '\t'),
        (value, size, indent) => {
          const json = JSON.stringify(value, null, indent);
          const expected = JSON.parse(json) as typeof value;
          const { entry, ...rest } = expected;

          expect(cut(json, size, { maxValueBytes: 1e6, maxValueNodes: 1e6, maxDepth: 1e3 })).toEqual({
            members: Object.entries(rest),
            elements: entry,
          });
        },
      ),
    );
  });

  it('takes exactly the documents that JSON.parse takes, with any byte removed, doubled or changed', () => {
    const json = '{"a":"x\\"}","entry":[{"b":[1,{}]},[],"]",-1.5e3,null] , "z":{"q":[true]}}';
    const byte = fc.constantFrom(...'{}[]",:\\ 0x');
    fc.assert(
      fc.property(fc.nat(json.length - 1), fc.constantFrom(0, 1), byte, (at, removed, put) => {
        const broken = json.slice(0, at) + put + json.slice(at + removed);
        let valid = true;
        try {
          JSON.parse(broken);
        } catch {
          valid = false;
        }
        // Stricter in one thing: "entry" must be a list.
        if (valid) expect([undefined, '"entry" is not a list']).toContain(failure(broken));
        else expect(failure(broken)).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
  });

  it('every beginning of a document is truncated or empty', () => {
    const json = '{"a":"x","entry":[{"b":1},2],"z":3}';
    for (let length = 1; length < json.length; length += 1) {
      expect(failure(json.slice(0, length))).toBe('the JSON is truncated');
    }
    expect(failure(' \n')).toBe('the file is empty');
  });

  it.each([
    ['7', 'not a JSON object'],
    ['{"a":1}{"a":2}', 'several JSON values in one file (NDJSON?)'],
    ['{"a":1}]', 'text follows the JSON'],
    ['{"entry":{}}', '"entry" is not a list'],
    ['{"a" 1}', 'the JSON is malformed'],
    ['{a:1}', 'the JSON is malformed'],
  ])('%s: %s', (json, reason) => {
    expect(failure(json)).toBe(reason);
  });

  it('a piece that is too large, too deep or of too many values is left out, and the next ones are found', () => {
    const deep = '['.repeat(21) + ']'.repeat(21);
    const many = `[${'{},'.repeat(60)}0]`;
    const json = `{"big":"${'x'.repeat(2_000)}","entry":["${'y'.repeat(2_000)}",1,${deep},2,${many},"${','.repeat(200)}"]}`;

    expect(cut(json)).toEqual({
      members: [['big', 'too large']],
      elements: ['too large', 1, 'too deep', 2, 'too large', ','.repeat(200)],
    });
  });
});
