import { sendRaw } from '../support/raw-http.js';
import { Scene } from './support/scene.js';

const STATUS = /HTTP\/1\.1 (\d{3})/g;

/** Requests whose end two servers in a row might see in different places. `next` is what would be smuggled. */
const SHAPES: readonly (readonly [name: string, bytes: (next: string) => string])[] = [
  ['CL.TE', (next) => head('Content-Length: 4', 'Transfer-Encoding: chunked') + `0\r\n\r\n${next}`],
  ['TE.CL', (next) => head('Transfer-Encoding: chunked', 'Content-Length: 4') + `0\r\n\r\n${next}`],
  ['two lengths', (next) => head('Content-Length: 0', `Content-Length: ${next.length}`) + next],
  ['a list of lengths', (next) => head(`Content-Length: 0, ${next.length}`) + next],
  ['a length with a sign', (next) => head('Content-Length: +0') + next],
  ['a negative length', (next) => head('Content-Length: -1') + next],
  ['a length in hexadecimal', (next) => head('Content-Length: 0x0') + next],
  ['a length beyond numbers', (next) => head(`Content-Length: ${'9'.repeat(40)}`) + next],
  ['a space before the colon', (next) => head('Content-Length : 0') + next],
  ['an unknown coding', (next) => head('Transfer-Encoding: xchunked') + `0\r\n\r\n${next}`],
  ['chunked that is not last', (next) => head('Transfer-Encoding: chunked, identity') + `0\r\n\r\n${next}`],
  [
    'chunked twice',
    (next) => head('Transfer-Encoding: chunked', 'Transfer-Encoding: x') + `0\r\n\r\n${next}`,
  ],
  ['chunked behind a tab', (next) => head('Transfer-Encoding:\t\vchunked') + `0\r\n\r\n${next}`],
  ['chunked in a folded line', (next) => head('Transfer-Encoding:\r\n chunked') + `0\r\n\r\n${next}`],
  ['a field name with a space', (next) => head('Transfer Encoding: chunked') + `0\r\n\r\n${next}`],
  [
    'a chunk that is longer than it says',
    (next) => head('Transfer-Encoding: chunked') + `1\r\nab\r\n0\r\n\r\n${next}`,
  ],
  [
    'a chunk size that overflows',
    (next) => head('Transfer-Encoding: chunked') + `ffffffffffffffff1\r\na\r\n${next}`,
  ],
  ['a chunk size with a sign', (next) => head('Transfer-Encoding: chunked') + `-1\r\n\r\n${next}`],
  [
    'a chunk extension with a line feed',
    (next) => head('Transfer-Encoding: chunked') + `0;a\n\r\n\r\n${next}`,
  ],
  ['bare line feeds', (next) => head('Content-Length: 0').replaceAll('\r\n', '\n') + next],
  ['bare carriage returns', (next) => head('X: a\rContent-Length: 99') + next],
  ['a zero byte in a field', (next) => head('X: a\0b') + next],
  [
    'HTTP/1.0 with chunks',
    (next) => head('Transfer-Encoding: chunked').replace('1.1', '1.0') + `0\r\n\r\n${next}`,
  ],
  ['HTTP/0.9', (next) => `GET /health/live\r\n${next}`],
  ['a version that is none', (next) => `GET /health/live HTTP/9.9\r\nHost: x\r\n\r\n${next}`],
  ['two hosts', (next) => head('Host: y', 'Content-Length: 0') + next],
  [
    'an upgrade to HTTP/2',
    (next) => head('Connection: close, Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA') + next,
  ],
  ['the preface of HTTP/2', (next) => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${next}`],
];

function head(...fields: readonly string[]): string {
  return ['POST /api/users HTTP/1.1', 'Host: x', ...fields].join('\r\n') + '\r\n\r\n';
}

// https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/
describe('API8: security misconfiguration, requests in requests', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
    await scene.warm();
  });
  afterAll(() => scene.close());

  it.each(SHAPES)(
    '%s: at most what was sent is answered, never with another one’s rights',
    async (_, bytes) => {
      const [path] = scene.victimPaths;
      const token = scene.clinic.patient.token;
      // Asked for with the rights of the connection's owner: the victim's record stays closed to them.
      const next = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
      const answer = await sendRaw(scene.url, bytes(next));
      const statuses = [...answer.matchAll(STATUS)].map(([, status]) => Number(status));

      expect(answer).not.toContain(scene.marker);
      expect(statuses.length).toBeLessThanOrEqual(2);
      for (const status of statuses) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    },
  );

  it('answers on one connection stay with their requests: hits, misses and refusals mixed', async () => {
    const [path = ''] = scene.victimPaths;
    const one = (token: string | undefined, address: string, last = false) =>
      `GET ${address} HTTP/1.1\r\nHost: x\r\n${token === undefined ? '' : `Authorization: Bearer ${token}\r\n`}` +
      `${last ? 'Connection: close\r\n' : ''}\r\n`;
    const { clinician, patient } = scene.clinic;
    const pipeline = [
      one(clinician.token, path),
      one(patient.token, path),
      one(undefined, path),
      one(clinician.token, `${path}/exams?limit=3`),
      one(patient.token, `/api/patients/${scene.ownId}`),
      one(patient.token, path, true),
    ];
    const answer = await sendRaw(scene.url, pipeline.join(''));
    const parts = answer.split(/(?=HTTP\/1\.1 \d{3})/);

    expect(parts.map((part) => Number(part.slice(9, 12)))).toEqual([200, 403, 401, 200, 200, 403]);
    expect(parts.map((part) => part.includes(scene.marker))).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it('the service answers on, and what is cached is as it was', async () => {
    const hits = await scene.warm();

    expect(hits.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
