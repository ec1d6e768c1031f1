import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertPatient } from './clinical-rows.js';
import { connect } from './version-watch.js';

describe('the tables', () => {
  let database: TestDatabase;
  let psql: pg.Client;
  let ada: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    psql = await connect(database.url);
    ada = await insertPatient(psql);
  });
  afterAll(async () => {
    await psql.end();
    await database.drop();
  });

  const key = async (name: string) =>
    (await psql.query<{ key: string }>('SELECT name_key($1) AS key', [name])).rows[0]?.key;

  it.each([
    ['Müller', 'muller'],
    ['GROßMANN', 'grossmann'],
    ['Ångström', 'angstrom'],
    ['Ångström', 'angstrom'],
    ['Ødegård', 'odegard'],
    ['Łukasz Żółć', 'lukasz zolc'],
    ['Đặng Nguyễn', 'dang nguyen'],
    ['Æsa Œuvre', 'aesa oeuvre'],
    ['Þóra Ðórðardóttir', 'thora dordardottir'],
    ['Şahsüvar Köylüoğlu', 'sahsuvar koyluoglu'],
    ['IŞIK İnci', 'isik inci'],
    ['O’Brien', "o'brien"],
    ['Dʼarc', "d'arc"],
    ['Jean‑Luc', 'jean-luc'],
    ['  de   la\tCruz ', 'de la cruz'],
    ['ﬁnn', 'finn'],
    ['ΣΊΣΥΦΟΣ', 'σισυφοσ'],
    ['Σίσυφος', 'σισυφοσ'],
    ['ЖУКОВ', 'жуков'],
    ['Zoe\u200b\u00ad', 'zoe'],
    ['李明', '李明'],
  ])('name_key folds %s to %s', async (name, folded) => {
    expect(await key(name)).toBe(folded);
    // A folded name folds to itself, so that it does not matter who folds a search term first.
    expect(await key(folded)).toBe(folded);
  });

  it('a patient’s key is made of family and given name, and follows them', async () => {
    const current = async () =>
      (await psql.query<{ key: string }>('SELECT name_key AS key FROM patient WHERE id = $1', [ada])).rows[0]
        ?.key;
    expect(await current()).toBe('aero zoe');
    await psql.query(`UPDATE patient SET family_name = 'Weiß' WHERE id = $1`, [ada]);
    expect(await current()).toBe('weiss zoe');
    await expect(psql.query(`UPDATE patient SET name_key = 'x'`)).rejects.toThrow(
      /can only be updated to DEFAULT/,
    );
  });

  it('the page of patients in the order of their names, and the search in names, have indexes', async () => {
    await psql.query('SET enable_seqscan = off; SET enable_sort = off');
    const plan = async (sql: string) => JSON.stringify((await psql.query(`EXPLAIN ${sql}`)).rows);
    expect(
      await plan(
        `SELECT * FROM patient WHERE (name_key, id) > ('a', '${ada}') ORDER BY name_key, id LIMIT 20`,
      ),
    ).toContain('patient_name_key_id_idx');
    expect(await plan(`SELECT * FROM patient WHERE name_key LIKE '%' || name_key('WEISS') || '%'`)).toContain(
      'patient_name_key_trgm_idx',
    );
    await psql.query('RESET enable_seqscan; RESET enable_sort');
  });

  it.each([
    ['patient_names_check', `UPDATE patient SET given_name = ' '`],
    ['patient_names_check', `UPDATE patient SET family_name = ''`],
    ['patient_birth_date_check', `UPDATE patient SET birth_date = '0999-12-31'`],
    ['patient_birth_date_check', `UPDATE patient SET birth_date = '10000-01-01'`],
    ['patient_birth_date_check', `UPDATE patient SET birth_date = '-infinity'`],
    ['patient_death_date_check', `UPDATE patient SET death_date = birth_date - 1`],
    ['patient_death_date_check', `UPDATE patient SET death_date = 'infinity'`],
    ...['exam', 'medication'].flatMap((table): [string, string][] => {
      const insert = (values: string, more = table === 'medication' ? `, 'active'` : '') =>
        `INSERT INTO ${table} (id, patient_id, code, code_system, name, date${table === 'medication' ? ', status' : ''})
         SELECT gen_random_uuid(), id, ${values}${more} FROM patient`;
      return [
        [`${table}_texts_check`, insert(`'', 's', 'n', now()`)],
        [`${table}_texts_check`, insert(`'c', '', 'n', now()`)],
        [`${table}_texts_check`, insert(`'c', 's', ' ', now()`)],
        [`${table}_date_check`, insert(`'c', 's', 'n', 'infinity'`)],
        [`${table}_date_check`, insert(`'c', 's', 'n', '0999-12-31 23:59:59+00'`)],
        [`${table}_date_check`, insert(`'c', 's', 'n', '10000-01-01 00:00:00+00'`)],
      ];
    }),
    ['app_user_names_check', `INSERT INTO app_user VALUES (gen_random_uuid(), ' ', 'n', 'admin')`],
    ['app_user_names_check', `INSERT INTO app_user VALUES (gen_random_uuid(), 'h', '', 'admin')`],
  ])('%s refuses %s', async (constraint, sql) => {
    const refused = psql.query(sql);
    await expect(refused).rejects.toBeInstanceOf(pg.DatabaseError);
    await expect(refused).rejects.toMatchObject({ constraint });
  });

  it('the first and the last day of the calendar that JSON clients share are accepted', async () => {
    await psql.query(
      `UPDATE patient SET birth_date = '1000-01-01', death_date = '9999-12-31' WHERE id = $1`,
      [ada],
    );
    await psql.query(
      `UPDATE patient SET birth_date = '1980-02-29', death_date = '1980-02-29' WHERE id = $1`,
      [ada],
    );
  });
});
