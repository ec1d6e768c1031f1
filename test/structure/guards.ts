/** What a test says that it guards, such as "Guards tiered-cache.ts, fly: `this.flights.run(…)`". */
export interface Guarded {
  readonly file: string;
  readonly identifiers: readonly string[];
  /** Code in backquotes; … is whatever stands in between. */
  readonly snippets: readonly string[];
}

const CLAIM = /(?:^|[.:] )Guards\b/;
const FILE = /\b[\w-]+(?:[./][\w-]+)*\.(?:ts|mjs)\b/g;
/** `, fly:` or `, lookUp and RoundTrips.close:` or `: flatten.`; behind prose stands no such sign. */
const IDENTIFIERS =
  /^(?:, |: )((?!and\b)[A-Za-z_]\w*(?:\.\w+)*)(?:,? and ([A-Za-z_]\w*(?:\.\w+)*))?(?=$|[:;,.]| \()/;

export function guardedBy(comment: string): Guarded[] {
  const claim = CLAIM.exec(comment);
  if (claim === null) return [];
  const text = comment.slice(claim.index);
  const files = [...text.matchAll(FILE)];
  return files.map(({ 0: file, index }, i) => {
    const about = text.slice(index + file.length, files[i + 1]?.index);
    const names = IDENTIFIERS.exec(about)?.slice(1) ?? [];
    return {
      file,
      identifiers: names.flatMap((name) => name?.split('.') ?? []),
      snippets: [...about.matchAll(/`([^`]+)`/g)].map(([, snippet = '']) => snippet),
    };
  });
}

/** What of `guarded` does not occur in `source`. */
export function missingFrom(source: string, { identifiers, snippets }: Guarded): string[] {
  const unspaced = withoutSpaces(source);
  return [
    ...identifiers.filter((name) => !new RegExp(`\\b${name}\\b`).test(source)),
    ...snippets.filter((snippet) => !occurs(unspaced, withoutSpaces(snippet).split('…'))),
  ];
}

function occurs(source: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = source.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

/** How Prettier breaks the lines is no difference. */
function withoutSpaces(code: string): string {
  return code.replace(/\s+/g, '');
}
