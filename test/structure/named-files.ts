import { readFileSync } from 'node:fs';
import { commentsOf, lineAt } from './comments.js';
import { guardedBy, missingFrom } from './guards.js';
import { looksLikeOurs, pathsOf } from './repository-files.js';

/** What `npm run bundle:lambda` makes; the documents tell where. */
const BUNDLED = /^(dist-lambda\/)?(http|messaging-stream)\/index\.mjs$/;
const WORD = /[\w@.*{},<>/:-]+/g;
const PATH_AS_STRING = /['"`]((?:src|test|bench|tools|scripts|docs|infra)\/[^'"`\s$]+\.\w+)['"`]/g;
const LINK = /\]\(([^)#:\s]+)(?:#[^)]*)?\)/g;

/** Comments "Guards file, identifier" that guard what is not there. */
export function staleGuards(path: string, source: string): string[] {
  return commentsOf(source).flatMap(({ line, text }) =>
    guardedBy(text).flatMap((guarded) => {
      const files = pathsOf(guarded.file, path).filter((file) => /^(src|tools)\//.test(file));
      if (files.length === 0) return [`${path}:${line} guards ${guarded.file}: no such file`];
      const missing = missingFrom(files.map(read).join('\n'), guarded);
      return missing.map((name) => `${path}:${line} guards ${guarded.file}, which has no ${name}`);
    }),
  );
}

/** Files of ours that comments name, and that do not exist. */
export function absentInComments(path: string, source: string): string[] {
  return commentsOf(source).flatMap(({ line, text }) =>
    [...text.matchAll(WORD)]
      .map(([word]) => word.replace(/[.,:]+$/, ''))
      // A folder in prose may be half of an alternative, as in "src/dist".
      .filter((word) => /\.\w+$/.test(word))
      .flatMap((word) => ifAbsent(word, path, line)),
  );
}

/** The same for paths in code: what is preloaded, spawned, read or replaced by name. */
export function absentInStrings(path: string, source: string): string[] {
  return [...source.matchAll(PATH_AS_STRING)].flatMap(({ 1: name = '', index }) =>
    ifAbsent(name, path, lineAt(source, index)),
  );
}

/** The same for a document: what stands in backquotes, word by word, and what links lead to. */
export function absentInDocument(path: string, source: string): string[] {
  const quoted = [...source.matchAll(/`([^`\n]+)`/g)].flatMap(({ 1: code = '', index }) =>
    code.split(' ').flatMap((word) => ifAbsent(word, path, lineAt(source, index))),
  );
  const links = [...source.matchAll(LINK)].flatMap(({ 1: target = '', index }) =>
    pathsOf(target, path).length > 0 ? [] : [`${path}:${lineAt(source, index)} links to ${target}`],
  );
  return [...quoted, ...links];
}

function ifAbsent(name: string, path: string, line: number): string[] {
  if (!looksLikeOurs(name) || BUNDLED.test(name) || pathsOf(name, path).length > 0) return [];
  return [`${path}:${line} names ${name}: no such file`];
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
