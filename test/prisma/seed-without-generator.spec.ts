import { jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { connect } from './version-watch.js';

/** As in an installation without development dependencies. */
jest.unstable_mockModule('@faker-js/faker', () => {
  throw new Error('Cannot find package');
});

describe('without the data generator', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('seed says what is missing; seedIfEmpty goes on without', async () => {
    const { seed, seedIfEmpty } = await import('../../src/prisma/seed.js');
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const missing = 'Sample data needs the development dependency @faker-js/faker: run npm install.';

    await expect(seed(database.url, { log })).rejects.toThrow(missing);
    expect(await seedIfEmpty(database.url, { log })).toBe(false);

    expect(lines).toEqual([`The database stays without sample data. ${missing}`]);
    const psql = await connect(database.url);
    expect((await psql.query('SELECT FROM app_user')).rowCount).toBe(0);
    await psql.end();
  });
});
