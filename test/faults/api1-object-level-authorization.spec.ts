import { randomUUID } from 'node:crypto';
import { spellingsOf } from './support/bad-ids.js';
import type { RawAnswer, RawHeaders } from './support/http.js';
import { Scene } from './support/scene.js';

/** What differs between any two answers. */
const OF_THE_REQUEST = new Set(['date', 'x-request-id', 'ratelimit-remaining', 'ratelimit-reset']);
/** Would tell that something is cached, how old it is, or what it is. */
const OF_THE_CACHE = ['cache-status', 'etag', 'age', 'last-modified', 'vary', 'cache-versions'];

// https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/
describe('API1: broken object level authorization, on hits', () => {
  let scene: Scene;
  let entityTags: readonly string[];
  beforeAll(async () => {
    scene = await Scene.open();
  });
  beforeEach(async () => {
    entityTags = (await scene.warm()).map(({ headers }) => String(headers.etag));
  });
  afterAll(() => scene.close());

  const comparable = ({ status, headers, body }: RawAnswer) => ({
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_REQUEST.has(name))),
    body: body.replace(/"requestId":"[^"]*"/, ''),
  });
  const tricks = (): readonly RawHeaders[] => [
    {},
    { 'if-none-match': '*' },
    { 'if-none-match': entityTags.join(', ') },
    { 'cache-control': 'only-if-cached' },
    { 'cache-control': 'no-cache' },
    { range: 'bytes=0-40' },
    { 'cache-versions': `patient:${scene.victimId}=1.000000000000` },
    { 'x-original-url': `/api/patients/${scene.ownId}`, 'x-rewrite-url': `/api/patients/${scene.ownId}` },
  ];

  it('a hit is refused exactly as a record that does not exist: same status, header fields and bytes', async () => {
    const nobody = randomUUID();
    for (const path of scene.victimPaths) {
      const absent = path.replace(scene.victimId, nobody);
      for (const headers of tricks()) {
        for (const method of ['GET', 'HEAD']) {
          const refused = await scene.intruder.send({ method, path, headers });

          expect(refused.status).toBe(403);
          expect(comparable(refused)).toEqual(
            comparable(await scene.intruder.send({ method, path: absent, headers })),
          );
          for (const name of OF_THE_CACHE) expect(refused.headers).not.toHaveProperty(name);
        }
      }
    }
  });

  it('no spelling of an id gets past the guard', async () => {
    for (const id of spellingsOf(scene.victimId, scene.ownId)) {
      for (const below of ['', '/exams', '/medications']) {
        const answer = await scene.intruder.get(`/api/patients/${id}${below}`);

        expect([id, scene.leaksIn(answer)]).toEqual([id, false]);
        expect(answer.status).toBeLessThan(500);
      }
    }
  });

  it('what others may read is still theirs: the intruder reads its own record, the clinician the victim’s', async () => {
    const own = await scene.intruder.get(`/api/patients/${scene.ownId}`);
    const other = await scene.clinician.get(`/api/patients/${scene.victimId}`);

    expect([own.status, other.status]).toEqual([200, 200]);
    expect(other.body).toContain(scene.marker);
  });

  it('whoever loses a record loses the cached one too, at once', async () => {
    const { rows, patientId } = scene.clinic;
    const path = `/api/patients/${patientId}`;
    await scene.intruder.get(path);
    const hit = await scene.intruder.get(path);
    await rows.query('UPDATE app_user SET patient_id = NULL WHERE patient_id = $1', [patientId]);
    const after = await scene.intruder.get(path);
    await rows.query(`UPDATE app_user SET patient_id = $1 WHERE handle = 'patient'`, [patientId]);

    expect(hit.headers['cache-status']).toContain('hit');
    expect(after.status).toBe(403);
  });

  it('an item of one patient under the address of another is nobody’s', async () => {
    const path = `/api/patients/${scene.ownId}/exams/${scene.examId}`;
    const headers = { 'content-type': 'application/json' };
    const changed = await scene.clinician.send({ method: 'PATCH', path, headers, body: '{"unit":"g"}' });
    const deleted = await scene.clinician.send({ method: 'DELETE', path });

    expect([changed.status, deleted.status]).toEqual([404, 404]);
    expect((await scene.warm())[1]?.headers.etag).toBe(entityTags[1]);
  });

  it('a cursor of a list that one may read opens no other list', async () => {
    await scene.clinic.rows.exam(scene.victimId);
    const exams = `/api/patients/${scene.victimId}/exams`;
    const { nextCursor } = JSON.parse((await scene.clinician.get(`${exams}?limit=1`)).body) as {
      nextCursor: string;
    };
    const own = await scene.intruder.get(`/api/patients/${scene.ownId}/exams?cursor=${nextCursor}`);
    const theirs = await scene.intruder.get(`${exams}?limit=1&cursor=${nextCursor}`);

    expect([own.status, theirs.status]).toEqual([400, 403]);
    expect(scene.leaksIn(own) || scene.leaksIn(theirs)).toBe(false);
  });
});
