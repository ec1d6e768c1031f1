import { Linter } from 'eslint';
import * as regexp from 'eslint-plugin-regexp';

const CONFIG: Linter.Config = {
  plugins: { regexp },
  rules: {
    'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    'regexp/no-super-linear-move': [
      'error',
      { report: 'potential', ignorePartial: false, ignoreSticky: false },
    ],
  },
};

/** Those of `expressions`, as they are written, that take more than linear time for some text. */
export function superLinear(expressions: Iterable<string>): string[] {
  const linter = new Linter();
  return [...expressions].filter((written) => linter.verify(`(${written}).exec(text);`, CONFIG).length > 0);
}
