import { PathPattern } from './path-pattern.js';

describe('PathPattern', () => {
  const match = (pattern: string, path: string) => new PathPattern(pattern).match(path);

  it.each([
    ['/api/patients', '/api/patients', {}],
    ['/api/patients/:id', '/api/patients/7b1d', { id: '7b1d' }],
    ['/a/:x/b/:y', '/a/1/b/2', { x: '1', y: '2' }],
    ['/a/:x', '/a/caf%C3%A9%2F1', { x: 'café/1' }],
    ['/files/*path', '/files/a/b', { '*': 'a/b' }],
    ['/', '/', {}],
  ])('%s matches %s', (pattern, path, params) => {
    expect(match(pattern, path)).toEqual(params);
  });

  it.each([
    ['/api/patients', '/api/patients/7b1d'],
    ['/api/patients/:id', '/api/patients'],
    ['/api/patients/:id', '/api/patients/'],
    ['/api/patients/:id', '/api/patients/7b1d/exams'],
    ['/api/patients', '/API/patients'],
    ['/a/:x', '/a/%E0%A4%A'],
    ['/files/*path', '/files'],
  ])('%s does not match %s', (pattern, path) => {
    expect(match(pattern, path)).toBeUndefined();
  });

  it('names go before parameters, parameters before the rest', () => {
    const sorted = ['/a/*rest', '/a/:id', '/:kind/list', '/a/list', '/a/:id/b']
      .map((text) => new PathPattern(text))
      .sort((one, other) => one.compare(other))
      .map(({ text }) => text);

    expect(sorted.indexOf('/a/list')).toBeLessThan(sorted.indexOf('/a/:id'));
    expect(sorted.indexOf('/a/:id')).toBeLessThan(sorted.indexOf('/a/*rest'));
    expect(sorted.indexOf('/a/*rest')).toBeLessThan(sorted.indexOf('/:kind/list'));
  });
});
