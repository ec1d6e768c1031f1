import { readFileSync } from 'node:fs';
import { RUNGS } from '../freshness/ladder/rungs.js';
import { MUTATIONS } from '../freshness/mutations/mutations.js';
import { absentInComments, absentInDocument, absentInStrings, staleGuards } from './named-files.js';
import { filesIn, PATHS, pathsOf } from './repository-files.js';

const CODE = filesIn(['src', 'test', 'bench', 'tools', 'scripts', 'infra'], /\.(ts|mjs)$/);
/** Put in, so that this file names nothing that does not exist. */
const GONE = 'gone-from-here';
const DOCUMENTS = PATHS.filter((path) => path.endsWith('.md'));

/** What `find` says of `paths`. */
function findIn(paths: readonly string[], find: (path: string, source: string) => string[]): string[] {
  return paths.flatMap((path) => find(path, readFileSync(path, 'utf8')));
}

describe('the repository names what exists', () => {
  it('what a test guards is in the file that its comment names', () => {
    expect(findIn(CODE, staleGuards)).toEqual([]);
  });

  it('files that comments name exist', () => {
    expect(findIn(CODE, absentInComments)).toEqual([]);
  });

  it('files that code names by their path exist', () => {
    expect(findIn(CODE, absentInStrings)).toEqual([]);
  });

  it('files that documents name or link to exist', () => {
    expect(findIn(DOCUMENTS, absentInDocument)).toEqual([]);
  });

  it('what the mutation check and the ladder change is built from a file of src', () => {
    const edits = [
      ...MUTATIONS.flatMap(({ edits, fixture = [] }) => [...fixture, ...edits]),
      ...RUNGS.flatMap(({ without }) => without),
    ];
    const absent = edits.filter(
      ({ file }) => !pathsOf(`dist/${file}`, '').includes(`src/${sourceName(file)}`),
    );

    expect(edits.length).toBeGreaterThan(0);
    expect(absent).toEqual([]);
  });
});

describe('the rules of docs/consistency.md', () => {
  const rules = [...readFileSync('docs/consistency.md', 'utf8').matchAll(/^### (\d+)\. /gm)].map(
    ([, rule]) => rule,
  );
  const sources = filesIn(['src'], /(?<!\.spec)\.ts$/).map((path) => readFileSync(path, 'utf8'));

  it.each(rules)('rule %s is named in the code that keeps it', (rule) => {
    expect(sources.filter((source) => new RegExp(`\\b[Rr]ule ${rule}\\b`).test(source))).not.toEqual([]);
  });

  it('there are ten', () => {
    expect(rules).toHaveLength(10);
  });
});

describe('what does not exist is found', () => {
  it.each([
    ['// Guards gone-from-here.ts, fly: the flight.', 'gone-from-here.ts: no such file'],
    ['/**\n * Two readers. Guards start.ts,\n * flown.\n */', 'start.ts, which has no flown'],
    ['// Guards start.ts: `await … flown`.', 'start.ts, which has no await … flown'],
  ])('guarded: %j', (source, expected) => {
    expect(staleGuards('x', source)).toEqual([expect.stringContaining(expected)]);
  });

  it.each([`// See ${GONE}.ts.`, `f(); // as in cache/${GONE}.ts`, `/** ${GONE}.md. */`])(
    'in a comment: %j',
    (source) => expect(absentInComments('x', source)).toHaveLength(1),
  );

  it('in code', () => {
    expect(absentInStrings('x', `const AT = 'test/${GONE}.mjs';`)).toHaveLength(1);
  });

  it.each(['`src/gone`', '`node bench/gone.mjs 5`', '`dist/gone.js`', '[it](gone.md#there)'])(
    'in a document: %j',
    (source) => expect(absentInDocument('README.md', source)).toHaveLength(1),
  );
});

function sourceName(built: string): string {
  return built.replace(/\.js$/, '.ts');
}
