import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Patient } from '../../src/patients/dto/patient.dto.js';
import { openClinic, type Clinic } from '../support/clinic.js';

describe('GET /api/patients', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  beforeEach(async () => {
    await clinic.rows.query('DELETE FROM patient');
  });
  afterAll(() => clinic.close());

  const people = async (...names: [familyName: string, givenName: string][]) => {
    for (const [familyName, givenName] of names) await clinic.rows.patient(familyName, givenName);
  };
  const namesOf = (items: readonly Patient[]) =>
    items.map(({ familyName, givenName }) => `${familyName}, ${givenName}`);
  const list = async (query = '') => (await clinic.clinician.pages<Patient>(`/api/patients${query}`)).items;
  const search = async (term: string) => namesOf(await list(`?name=${encodeURIComponent(term)}`));

  describe('order', () => {
    it('by family name, then given name, without regard to case and accents', async () => {
      await people(
        ['de la Cruz', 'Ana'],
        ['Zoë', 'A'],
        ['ángel', 'B'],
        ['Angel', 'A'],
        ['Özil', 'M'],
        ['Oz', 'Z'],
      );

      expect(namesOf(await list())).toEqual([
        'Angel, A',
        'ángel, B',
        'de la Cruz, Ana',
        'Oz, Z',
        'Özil, M',
        'Zoë, A',
      ]);
    });

    it('patients of one name by id', async () => {
      const ids = Array.from({ length: 7 }, () => randomUUID());
      for (const id of ids) await clinic.rows.patient('García', 'José', id);

      const { items, pages } = await clinic.clinician.pages<Patient>('/api/patients?limit=2');

      expect(items.map(({ id }) => id)).toEqual(ids.sort());
      expect(pages).toBe(4);
    });
  });

  describe('pages', () => {
    it.each([
      ['', 20],
      ['?limit=1', 1],
      ['?limit=100', 100],
    ])('%p: %i patients', async (query, count) => {
      await clinic.rows.query(`INSERT INTO patient (id, family_name, given_name, birth_date, gender)
        SELECT gen_random_uuid(), 'F' || i, 'G', '2000-01-01', 'other' FROM generate_series(1, 101) AS i`);

      const { body } = await clinic.clinician.get<{ items: Patient[]; nextCursor: string }>(
        `/api/patients${query}`,
      );

      expect(body.items).toHaveLength(count);
      expect(body.nextCursor).toEqual(expect.any(String));
    });

    it('none: an empty page and no cursor', async () => {
      expect(await clinic.clinician.get('/api/patients')).toMatchObject({
        status: 200,
        body: { items: [], nextCursor: null },
      });
    });

    it('exactly as many as the limit: no cursor to an empty page', async () => {
      await people(['A', 'A'], ['B', 'B']);

      expect((await clinic.clinician.pages('/api/patients?limit=2')).pages).toBe(1);
    });

    it('whatever the names and the limit, and whoever comes or goes meanwhile: who stays is there once, in order', async () => {
      const name = fc.oneof(
        fc.constantFrom('García', 'garcia', 'GARCÍA', 'Ñ', '%', 'a_b', "O'Neil", '李', '😀', 'ß', '\u200b'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter(isName),
      );
      const names = fc.array(fc.tuple(name, name), { maxLength: 25 });

      await fc.assert(
        fc.asyncProperty(names, names, fc.integer({ min: 1, max: 7 }), async (before, comers, limit) => {
          await clinic.rows.query('DELETE FROM patient');
          await people(...before);
          const coming = [...comers];
          const gone = new Set<string>();
          const stay = await ordered(clinic);

          const { items } = await clinic.clinician.pages<Patient>(
            `/api/patients?limit=${limit}`,
            async () => {
              await people(...coming.splice(0, 2));
              const leaver = stay[Math.floor(stay.length / 2)];
              if (leaver !== undefined) {
                gone.add(leaver);
                await clinic.rows.query('DELETE FROM patient WHERE id = $1', [leaver]);
              }
            },
          );

          const seen = items.map(({ id }) => id);
          expect(new Set(seen).size).toBe(seen.length);
          const known = new Set(stay);
          expect(seen.filter((id) => known.has(id) && !gone.has(id))).toEqual(
            stay.filter((id) => !gone.has(id)),
          );
        }),
        { numRuns: 25 },
      );
    });
  });

  describe('search by name', () => {
    beforeEach(() =>
      people(
        ['García Márquez', 'José Luis'],
        ['GARCIA', 'Josefa'],
        ['Ødegård-Weiß', 'Ångström'],
        ["O'Brien", 'Siobhán'],
        ['100%', 'Proof'],
        ['a_b', 'Under\\score'],
        ['Łukasz', 'Żak'],
        ['Παπαδόπουλος', 'Γιώργος'],
        ['李', '小龙'],
      ),
    );

    it.each([
      ['jose gar', ['GARCIA, Josefa', 'García Márquez, José Luis']],
      ['GAR jOSÉ', ['GARCIA, Josefa', 'García Márquez, José Luis']],
      ['gar jose lu', ['García Márquez, José Luis']],
      ['  marq   gar ', ['García Márquez, José Luis']],
      ['Garci\u0301a luis', ['García Márquez, José Luis']],
      ['arcia', []],
      ['gar zak', []],
      ['odegard', ['Ødegård-Weiß, Ångström']],
      ['weiss', ['Ødegård-Weiß, Ångström']],
      ['WEISS ANGSTROM', ['Ødegård-Weiß, Ångström']],
      ['degard', []],
      ["o'b", ["O'Brien, Siobhán"]],
      ['o’brien', ["O'Brien, Siobhán"]],
      ['brien', ["O'Brien, Siobhán"]],
      ['%', []],
      ['1%', []],
      ['100%', ['100%, Proof']],
      ['_', []],
      ['a_', ['a_b, Under\\score']],
      ['under\\', ['a_b, Under\\score']],
      ['\\', []],
      ['%\\_', []],
      ['luk', ['Łukasz, Żak']],
      ['zak', ['Łukasz, Żak']],
      ['παπα', ['Παπαδόπουλος, Γιώργος']],
      ['李', ['李, 小龙']],
      ["'; DROP TABLE patient; --", []],
      ['.* (', []],
    ])('%p finds %j', async (term, expected) => {
      expect(await search(term)).toEqual(expected);
    });

    it('pages within the search', async () => {
      const { items, pages } = await clinic.clinician.pages<Patient>('/api/patients?name=jose&limit=1');

      expect(namesOf(items)).toEqual(['GARCIA, Josefa', 'García Márquez, José Luis']);
      expect(pages).toBe(2);
    });

    it('every prefix of every word of a name finds it', async () => {
      await clinic.rows.query('DELETE FROM patient');
      const word = fc.string({ unit: fc.constantFrom(...'aáÀbßzñŁ1%_\\.*([李'), minLength: 1, maxLength: 6 });

      await fc.assert(
        fc.asyncProperty(word, word, fc.nat(), fc.nat(), async (family, given, cut, otherCut) => {
          const id = await clinic.rows.patient(family, given);
          const term = `${given.slice(0, 1 + (cut % given.length))} ${family.slice(0, 1 + (otherCut % family.length))}`;

          const found = await list(`?limit=100&name=${encodeURIComponent(term)}`);

          expect(found.map((patient) => patient.id)).toContain(id);
        }),
        { numRuns: 60 },
      );
    });
  });

  it.each([
    ['for another name', 'name=b&cursor='],
    ['without a name', 'cursor='],
    ['after a change', 'name=a&cursor=A'],
  ])('the cursor of a search %s: 400', async (_, query) => {
    await people(['a', 'a'], ['a', 'b']);
    const { body } = await clinic.clinician.get<{ nextCursor: string }>('/api/patients?name=a&limit=1');

    expect(await clinic.clinician.get(`/api/patients?${query}${body.nextCursor}`)).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID', errors: [{ field: 'cursor' }] },
    });
  });
});

/** The ids in the order of the list, sorted here: PostgreSQL is asked for the keys alone. */
async function ordered(clinic: Clinic): Promise<string[]> {
  const rows = await clinic.rows.query<{ id: string; key: string }>(
    `SELECT id, name_key(family_name || ' ' || given_name) AS key FROM patient`,
  );
  const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return rows.toSorted((a, b) => compare(a.key, b.key) || compare(a.id, b.id)).map(({ id }) => id);
}

function isName(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0') && text.trim() !== '';
}
