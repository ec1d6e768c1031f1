import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { migrate } from '../../src/prisma/migrate.js';
import { resetDatabase } from '../../src/prisma/reset.js';
import { seed } from '../../src/prisma/seed.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';
import { insertPatient } from './clinical-rows.js';
import { connect, VersionWatch } from './version-watch.js';

describe('an owner of the database who is no superuser, as managed services give it', () => {
  const role = `careline_test_${randomBytes(6).toString('hex')}`;
  let database: TestDatabase;
  let admin: pg.Client;
  let url: string;
  const log = () => undefined;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    admin = await connect(database.url);
    await admin.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER PASSWORD '${role}'`);
    await admin.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO ${role}`);
    const owner = new URL(database.url);
    owner.username = role;
    owner.password = role;
    url = owner.href;
  });
  afterAll(async () => {
    await admin.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await admin.end();
    await database.drop();
  });

  it('migrates, seeds, resets, and its writes bump', async () => {
    await migrate(url, { log });
    await seed(url, { log });
    await resetDatabase(url, { log });
    await seed(url, { log });

    const owner = await connect(url);
    const watch = await VersionWatch.open(url);
    const id = await insertPatient(owner);
    expect((await watch.look()).bumps).toEqual({ [`patient:${id}`]: 1, patients: 1 });
    await owner.end();
    await watch.close();
  });
});
