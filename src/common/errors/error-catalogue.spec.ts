import { readFileSync } from 'node:fs';
import { ERROR_CATALOGUE } from './error-catalogue.js';

describe('docs/errors.md', () => {
  it('lists every code with its status and title, and no other', () => {
    const rows = readFileSync('docs/errors.md', 'utf8').matchAll(
      /^\| `([A-Z_]+)` +\| (\d{3}) +\| (.+?) +\|/gm,
    );
    const documented: unknown = Object.fromEntries(
      [...rows].map(([, code, status, title]) => [code, { status: Number(status), title }]),
    );

    expect(documented).toEqual(ERROR_CATALOGUE);
  });
});
