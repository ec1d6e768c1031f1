import { Scene } from './support/scene.js';
import { RawClient } from './support/http.js';

const LIMIT = 60;

// https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/
describe('API6: unrestricted access to sensitive business flows', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open({ RATE_LIMIT_PER_MINUTE: String(LIMIT) });
  });
  afterAll(() => scene.close());

  const statusesOf = async (requests: number, send: (i: number) => Promise<{ status: number }>) => {
    const statuses: number[] = [];
    for (let i = 0; i < requests; i++) statuses.push((await send(i)).status);
    return statuses;
  };

  it('harvesting records: answers from the cache count, 304 and HEAD too, and then there are none', async () => {
    const [path = ''] = scene.victimPaths;
    const { headers } = await scene.clinician.get(path);
    const tag = String(headers.etag);
    const send = (i: number) =>
      scene.clinician.send({
        path,
        method: i % 3 === 0 ? 'HEAD' : 'GET',
        headers: i % 3 === 1 ? { 'if-none-match': tag } : {},
      });
    const statuses = await statusesOf(LIMIT + 5, send);
    const refused = await scene.clinician.get(path);

    expect(new Set(statuses.slice(0, LIMIT - 5))).toEqual(new Set([200, 304]));
    expect(new Set(statuses.slice(-5))).toEqual(new Set([429]));
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(scene.leaksIn(refused)).toBe(false);
    expect(refused.headers).not.toHaveProperty('etag');
  });

  it('guessing handles: tries that find nobody count as those that do', async () => {
    const statuses = await statusesOf(LIMIT + 5, (i) => scene.intruder.get(`/api/users?handle=user${i}`));

    expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429]);
  });

  it('guessing tokens: the address is limited, and those who have one are not', async () => {
    const guesser = new RawClient(scene.url, 'e30.e30.AAAA');
    const statuses = await statusesOf(LIMIT + 5, () => guesser.get('/api/users/me'));
    guesser.close();

    expect(new Set(statuses.slice(0, 5))).toEqual(new Set([401]));
    expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429]);
    expect((await scene.admin.get('/api/users/me')).status).toBe(200);
  });

  it('a list is for those who care for patients: nobody walks through it with a cursor of theirs', async () => {
    const { nextCursor } = JSON.parse((await scene.admin.get('/api/patients?limit=1')).body) as {
      nextCursor: string;
    };
    const walker = new RawClient(scene.url);
    const answer = await walker.get(`/api/patients?limit=1&cursor=${nextCursor}`);
    walker.close();

    expect([401, 429]).toContain(answer.status);
    expect(scene.leaksIn(answer)).toBe(false);
  });
});
