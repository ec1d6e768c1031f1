import fc from 'fast-check';
import { createTestMessagingTable, messagingEnvironment } from '../support/messaging.js';
import { badRequests, type BadRequest, type Sender } from './support/bad-requests.js';
import { inParallel } from './support/in-parallel.js';
import { RawClient, type RawAnswer } from './support/http.js';
import { Scene } from './support/scene.js';

const REQUESTS = 10_000;
const AT_ONCE = 24;
const SEED = Number(process.env['FAULTS_SEED'] ?? 20_260_101);
/** `only-if-cached` is answered so where nothing is cached: RFC 9111, section 5.2.1.7. */
const NOT_CACHED = 504;

describe('generated bad requests', () => {
  let scene: Scene;
  let clients: Record<Sender, RawClient>;
  let table: Awaited<ReturnType<typeof createTestMessagingTable>>;
  beforeAll(async () => {
    table = await createTestMessagingTable();
    scene = await Scene.open(messagingEnvironment(table.name));
    const [head, claims, signature = ''] = (scene.clinic.clinician.token ?? '').split('.');
    const forged = `${head}.${claims}.${[...signature].reverse().join('')}`;
    const forger = new RawClient(scene.url, forged);
    clients = { stranger: scene.stranger, intruder: scene.intruder, forger, clinician: scene.clinician };
  });
  afterAll(async () => {
    clients.forger.close();
    await scene.close();
    await table.drop();
  });

  it(`${REQUESTS} of them: no 5xx, nothing of the victim to anybody else, and nothing in the cache has changed`, async () => {
    const before = await scene.warm();
    const ids = {
      victim: scene.victimId,
      own: scene.ownId,
      entityTag: String(before[0]?.headers.etag),
    };
    const requests = fc.sample(badRequests(ids), { numRuns: REQUESTS, seed: SEED });
    const statuses = new Map<number, number>();
    const wrong: string[] = [];
    let hits = 0;

    await inParallel(requests, AT_ONCE, async (request, index) => {
      const answer = await clients[request.sender].send(request);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (String(answer.headers['cache-status']).includes('; hit')) hits++;
      const fault = faultOf(request, answer, scene);
      if (fault !== undefined) wrong.push(`${fault}: seed ${SEED}, request ${index}, ${shown(request)}`);
    });

    expect(wrong.slice(0, 5)).toEqual([]);
    // The requests are bad in many ways, not all in the same: every kind of refusal is among the answers.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 304, 400, 401, 403, 404, 415]));
    // And the cached routes are in the middle of it.
    expect(hits).toBeGreaterThan(REQUESTS / 100);
    const after = await scene.warm();
    expect(after.map(({ body, headers }) => [body, headers.etag])).toEqual(
      before.map(({ body, headers }) => [body, headers.etag]),
    );
    expect(scene.clinic.app.logs.filter((line) => line.includes(scene.marker))).toEqual([]);
  }, 120_000);
});

function faultOf({ sender, headers }: BadRequest, answer: RawAnswer, scene: Scene): string | undefined {
  const { status, body } = answer;
  const isAsked = status === NOT_CACHED && String(headers?.['cache-control']).includes('only-if-cached');
  if (status >= 500 && !isAsked) return `a ${status}`;
  if (sender !== 'clinician' && scene.leaksIn(answer)) return 'a leak';
  if (/\bat .*\.(?:js|ts):\d+|node_modules|\/src\//.test(body) && !status.toString().startsWith('2'))
    return 'a stack';
  return undefined;
}

function shown({ sender, method, path, headers, body }: BadRequest): string {
  const text = JSON.stringify({ sender, method, path, headers, body });
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
