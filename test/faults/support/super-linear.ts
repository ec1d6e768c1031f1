import { readFileSync } from 'node:fs';
import { Linter } from 'eslint';
import * as regexp from 'eslint-plugin-regexp';

/** The rules that `npm run lint` holds our own expressions to. */
const rules = JSON.parse(readFileSync('eslint.linear-expressions.json', 'utf8')) as Linter.RulesRecord;
const CONFIG: Linter.Config = { plugins: { regexp }, rules };

/** Those of `expressions`, as they are written, that take more than linear time for some text. */
export function superLinear(expressions: Iterable<string>): string[] {
  const linter = new Linter();
  return [...expressions].filter((written) => linter.verify(`(${written}).exec(text);`, CONFIG).length > 0);
}
