import fc from 'fast-check';
import type { RawRequest } from './http.js';
import { spellingsOf } from './bad-ids.js';

/** Whom a generated request claims to be from. `clinician` may read the victim, and only sends what is malformed. */
export type Sender = 'stranger' | 'intruder' | 'forger' | 'clinician';

export interface BadRequest extends RawRequest {
  readonly sender: Sender;
}

interface Ids {
  readonly victim: string;
  readonly own: string;
  readonly entityTag: string;
}

const JSON_TYPE = 'application/json';

/** Requests that no honest client sends: paths, queries, header fields and bodies, each bad in its own way or in none. */
export function badRequests(ids: Ids): fc.Arbitrary<BadRequest> {
  return fc
    .record({
      sender: fc.constantFrom<Sender>('stranger', 'intruder', 'intruder', 'forger', 'clinician'),
      verb: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS'),
      path: paths(ids),
      query: queries(ids),
      headers: headers(ids),
      body: bodies(ids),
      type: fc.constantFrom(
        JSON_TYPE,
        JSON_TYPE,
        JSON_TYPE,
        'application/merge-patch+json',
        'text/plain',
        'application/xml',
        '',
      ),
    })
    .map(({ sender, verb, path, query, headers, body, type }) => {
      // A clinician may delete, and would delete what the other requests are after.
      const method = sender === 'clinician' && verb === 'DELETE' ? 'GET' : verb;
      const hasBody = method === 'POST' || method === 'PATCH' || method === 'PUT';
      return {
        sender,
        method,
        path: `${path}${query}`,
        headers: { ...headers, ...(hasBody && type !== '' ? { 'content-type': type } : {}) },
        ...(hasBody ? { body } : {}),
      };
    });
}

function paths({ victim, own }: Ids): fc.Arbitrary<string> {
  const id = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(victim, own) },
    { weight: 4, arbitrary: fc.constantFrom(...spellingsOf(victim, own)) },
    { weight: 1, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map(encoded) },
  );
  const below = fc.constantFrom(
    '',
    '',
    '',
    '/exams',
    '/medications',
    '/exams/',
    '//exams',
    '/%65xams',
    '/EXAMS',
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.tuple(id, below).map(([it, rest]) => `/api/patients/${it}${rest}`) },
    { weight: 2, arbitrary: fc.tuple(id, id).map(([one, two]) => `/api/patients/${one}/exams/${two}`) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '/api/patients',
        '/api/users',
        '/api/users/me',
        '/api/cache/stats',
        '/api/cache/entries',
        '/api/cache/flush',
        '/api/conversations',
        '/api/messages',
        '/api',
        '/API/PATIENTS',
        '//api/patients',
        '/api//patients',
        '/./api/patients',
        '/api/../api/patients',
        '/cache',
        '/cache/assets/%2e%2e/index.html',
        '/docs/..%2f..%2fpackage.json',
        '/metrics',
        '/health/live',
        '/',
        '*',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `/${encoded(text)}`) },
  );
}

function queries({ victim, own }: Ids): fc.Arbitrary<string> {
  const name = fc.constantFrom(
    'limit',
    'cursor',
    'name',
    'id',
    'handle',
    'route',
    'subject',
    'roles',
    '__proto__',
    'constructor',
    'limit[]',
    'name[$ne]',
    'access_token',
  );
  const value = fc.oneof(
    fc.constantFrom(
      '',
      '1',
      '-1',
      '0',
      '1e9',
      '100000',
      'NaN',
      '%00',
      '%',
      '%zz',
      '*',
      'true',
      victim,
      own,
      '%ef%bc%91',
      `/api/patients/${victim}`,
      'admin',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }).map(encoded),
    fc.base64String({ maxLength: 60 }).map(encodeURIComponent),
    fc.constant('x'.repeat(3_000)),
  );
  const pair = fc.tuple(name, value).map(([one, two]) => `${one}=${two}`);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    {
      weight: 2,
      arbitrary: fc.array(pair, { minLength: 1, maxLength: 4 }).map((pairs) => `?${pairs.join('&')}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '?',
        '??',
        '?&&',
        '?=',
        `#/api/patients/${victim}`,
        `?#${victim}`,
        `;id=${victim}`,
      ),
    },
  );
}

function headers({ victim, own, entityTag }: Ids): fc.Arbitrary<Record<string, string | string[]>> {
  const path = `/api/patients/${victim}`;
  const field = fc.oneof(
    fc.constantFrom<[string, string | string[]]>(
      ['host', 'evil.example'],
      ['x-forwarded-host', 'evil.example'],
      ['x-forwarded-for', '127.0.0.1'],
      ['x-forwarded-prefix', path],
      ['x-original-url', path],
      ['x-rewrite-url', path],
      ['x-http-method-override', 'DELETE'],
      ['x-http-method', 'DELETE'],
      ['x-user-id', victim],
      ['x-careline-subject', victim],
      ['forwarded', 'for=127.0.0.1;host=evil.example'],
      ['cookie', `session=${victim}; token=${victim}`],
      ['accept', 'text/html'],
      ['accept', 'x/y;q=NaN, */*;q=2'],
      ['accept-encoding', 'zstd, br;q=0'],
      ['accept-language', 'xx'.repeat(200)],
      ['range', 'bytes=0-10, 5-1'],
      ['if-match', '*'],
      ['if-none-match', '*'],
      ['if-none-match', entityTag],
      ['if-none-match', `W/${entityTag}, "x`],
      ['if-none-match', ['"a"', '"b"', '*']],
      ['if-modified-since', 'never'],
      ['if-range', entityTag],
      ['cache-control', 'only-if-cached'],
      ['cache-control', 'no-cache'],
      ['cache-control', 'no-store, max-age=0, max-stale=999999'],
      ['cache-control', ',,,=;"'],
      ['pragma', 'no-cache'],
      ['cache-versions', `patient:${victim}=99999999.ffffffffffff`],
      ['cache-versions', `*=-1.zz, patient:${own}=`],
      ['cache-versions', 'x'.repeat(5_000)],
      ['content-encoding', 'gzip'],
      ['te', 'trailers'],
      ['upgrade', 'h2c'],
      ['origin', 'https://evil.example'],
      ['x-request-id', '../../etc/passwd'],
      ['idempotency-key', `${victim}`.repeat(10)],
      ['authorization', 'Basic YWRtaW46YWRtaW4='],
      ['authorization', 'Bearer null'],
      ['authorization', 'Bearer a.b.c'],
    ),
    fc.tuple(
      fc.constantFrom(
        'accept',
        'if-none-match',
        'cache-control',
        'cache-versions',
        'cookie',
        'range',
        'x-request-id',
      ),
      fc.string({ maxLength: 60 }),
    ),
  );
  return fc.array(field, { maxLength: 4 }).map((fields) => Object.fromEntries(fields));
}

function bodies({ victim, own }: Ids): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      '',
      '{',
      'null',
      '[]',
      '""',
      '{"__proto__":{"role":"admin"}}',
      '{"constructor":{"prototype":{"role":"admin"}}}',
      `{"id":"${victim}","familyName":"x"}`,
      `{"patientId":"${victim}"}`,
      `{"phone":"a","phone":"${own}"}`,
      '{"familyName":"\\u0000"}',
      '{"familyName":"\\ud800"}',
      '{"birthDate":"9999-99-99"}',
      '{"birthDate":"-271821-04-20"}',
      '{"name":1e999}',
      '{"tag":"*:*"}',
      '[['.repeat(5_000),
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      `{"address":"${'x'.repeat(60_000)}"}`,
    ),
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: 'binary', maxLength: 100 }),
  );
}

/** Any text, as one segment or value: lone surrogates have no encoding, so they go as bytes that are no UTF-8. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80';
}
