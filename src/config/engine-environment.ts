import { delimiter, join } from 'node:path';

/** What embedded engines and their programs may need: nothing of it is a setting or a secret of Careline. */
const PASSED_ON = ['HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'DOCKER_HOST'];

/** The environment of embedded engines: that of this process without everything they have no use for. */
export function engineEnvironment(): Record<string, string> {
  const { PATH = '', JAVA_HOME } = process.env;
  const kept = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const path = JAVA_HOME === undefined ? PATH : `${join(JAVA_HOME, 'bin')}${delimiter}${PATH}`;
  return { ...Object.fromEntries(kept), PATH: path } as Record<string, string>;
}
