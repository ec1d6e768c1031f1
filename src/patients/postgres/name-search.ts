import { Prisma } from '../../prisma/generated/client.js';

/** Words of a name begin at its start and after one of these; `name_key` has folded their variants to these. */
const SEPARATORS = [' ', '-', "'"];

/**
 * The condition that every word of `term` begins a word of `patient.name_key`. The server folds the words with the
 * same function that made the column, so that case and accents do not count; wildcards of LIKE in them are literal. The
 * patterns are constants to the planner, which can therefore use the trigram index.
 */
export function matchesName(term: string): Prisma.Sql {
  const words = term.split(/\s+/).filter((word) => word !== '');
  return Prisma.join(words.map(beginsWord), ' AND ', '(', ')');
}

function beginsWord(word: string): Prisma.Sql {
  const escaped = Prisma.sql`regexp_replace(name_key(${word}), '([\\\\%_])', '\\\\\\1', 'g') COLLATE "C"`;
  const anywhere = SEPARATORS.map((separator) => `%${separator}`);
  const patterns = ['', ...anywhere].map((start) => Prisma.sql`name_key LIKE ${start} || ${escaped} || '%'`);
  return Prisma.join(patterns, ' OR ', '(', ')');
}
