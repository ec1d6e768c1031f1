import { delimiter } from 'node:path';
import { engineEnvironment } from './engine-environment.js';

describe('engineEnvironment', () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it('passes on the search path, and no setting or secret', () => {
    process.env['DATABASE_URL'] = 'postgresql://h/d';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
    process.env['NODE_OPTIONS'] = '--max-old-space-size=100';
    delete process.env['JAVA_HOME'];

    const environment = engineEnvironment();

    expect(environment['PATH']).toBe(before['PATH']);
    expect(Object.keys(environment)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/DATABASE|AWS|NODE_OPTIONS/)]),
    );
  });

  it('finds the Java of JAVA_HOME first', () => {
    process.env['JAVA_HOME'] = '/opt/jdk';

    expect(engineEnvironment()['PATH']?.split(delimiter)[0]).toMatch(/opt.jdk.bin$/);
  });
});
