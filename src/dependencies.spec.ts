import { readFileSync } from 'node:fs';

describe('docs/adr/0002-dependencies.md', () => {
  it('has a line for every production dependency, and for no other', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
    const table = readFileSync('docs/adr/0002-dependencies.md', 'utf8').matchAll(/^\| (`[^|]+`) +\|/gm);
    const documented = [...table].flatMap(([, names = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );

    expect(documented.sort()).toEqual(Object.keys(dependencies).sort());
  });
});
