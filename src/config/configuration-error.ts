/** One wrong variable. `reason` never repeats the value: values may be secrets. */
export interface ConfigurationProblem {
  readonly variable: string;
  readonly reason: string;
}

/** The environment is wrong; the process must not start. Names every mistake at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super(
      [
        'The configuration is wrong:',
        ...problems.map(({ variable, reason }) => `  ${variable} ${reason}`),
      ].join('\n'),
    );
  }
}
