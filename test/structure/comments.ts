export interface Comment {
  readonly line: number;
  /** Its lines, joined, without the signs that make them a comment. */
  readonly text: string;
}

/** A block, or lines that follow each other, or what stands behind code. */
const COMMENT = /^[ \t]*\/\*[\s\S]*?\*\/|(?:^[ \t]*\/\/.*(?:\n|$))+|(?<=[;,{})\]]) \/\/ .*$/gm;

export function commentsOf(source: string): Comment[] {
  return [...source.matchAll(COMMENT)].map(({ 0: raw, index }) => ({
    line: lineAt(source, index),
    text: raw
      .split('\n')
      .map((line) =>
        line
          .replace(/^\s*(\/\/|\/\*\*?|\*\/|\*)/, '')
          .replace(/\*\/\s*$/, '')
          .trim(),
      )
      .join(' ')
      .trim(),
  }));
}

export function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length;
}
