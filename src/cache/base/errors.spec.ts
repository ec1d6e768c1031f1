import { readFileSync } from 'node:fs';
import { CACHE_ERROR_CODES } from './errors.js';

describe('docs/errors.md', () => {
  it('lists every code of the cache, and no other', () => {
    const [, section = ''] = readFileSync('docs/errors.md', 'utf8').split('## Errors of the cache');
    const documented = [...section.matchAll(/^\| `(CACHE_[A-Z_]+)`/gm)].map(([, code]) => code);

    expect(documented).toEqual([...CACHE_ERROR_CODES]);
  });
});
