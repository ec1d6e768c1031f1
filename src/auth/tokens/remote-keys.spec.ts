import { generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { errors, type FlattenedJWSInput } from 'jose';
import { remoteKeys } from './remote-keys.js';

const MINUTE_MS = 60_000;
const INPUT: FlattenedJWSInput = { payload: '', signature: '' };
const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});
const first = jwk('first');
const second = jwk('second');

type Answer = (response: ServerResponse) => void;
const json =
  (body: unknown): Answer =>
  (response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
const keySet = (...keys: unknown[]) => json({ keys });
const text =
  (status: number, body: string): Answer =>
  (response) =>
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body);

describe('remoteKeys', () => {
  let answer: Answer;
  let fetches: number;
  const server = createServer((_, response) => {
    fetches += 1;
    answer(response);
  });
  let url: URL;

  const find = async (keys: ReturnType<typeof remoteKeys>, kid: string) => keys({ alg: 'ES256', kid }, INPUT);
  const unavailable = { code: 'AUTH_UNAVAILABLE', retryAfterSeconds: 5 };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
  });
  beforeEach(() => {
    fetches = 0;
    answer = keySet(first);
    // Only the clock: real timers and I/O go on.
    jest.useFakeTimers({ now: Date.now(), doNotFake: [...ALL_BUT_DATE] });
  });
  afterEach(() => jest.useRealTimers());
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const pass = (ms: number) => jest.setSystemTime(Date.now() + ms);

  it('many requests at once cause one fetch, and later ones none', async () => {
    const keys = remoteKeys(url);

    const found = await Promise.all(Array.from({ length: 20 }, () => find(keys, 'first')));
    await find(keys, 'first');

    expect(found.every((key) => key === found[0])).toBe(true);
    expect(fetches).toBe(1);
  });

  it('an unknown key causes a fetch at most every 30 s', async () => {
    const keys = remoteKeys(url);
    await find(keys, 'first');

    for (let token = 0; token < 10; token += 1) {
      await expect(find(keys, 'second')).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    }
    expect(fetches).toBe(1);

    pass(31_000);
    answer = keySet(first, second);
    expect(await find(keys, 'second')).toBeDefined();
    expect(fetches).toBe(2);
  });

  it('a withdrawn key is refused once the keys were fetched anew, in the background after 5 minutes', async () => {
    const keys = remoteKeys(url);
    await find(keys, 'first');
    answer = keySet(second);

    pass(5 * MINUTE_MS + 1);
    expect(await find(keys, 'first')).toBeDefined();
    await until(() =>
      find(keys, 'first').then(
        () => false,
        () => true,
      ),
    );

    await expect(find(keys, 'first')).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(await find(keys, 'second')).toBeDefined();
    expect(fetches).toBe(2);
  });

  it.each<[string, Answer]>([
    ['an error', text(500, 'oops')],
    ['a redirection', text(302, '')],
    ['no JSON', text(200, '<html>')],
    ['no key set', json({ nothing: [] })],
    ['a broken connection', (response) => response.destroy()],
  ])(
    'when the address answers with %s the keys are unavailable, which is no fault of the token',
    async (_, wrong) => {
      answer = wrong;

      const keys = remoteKeys(url);
      await expect(find(keys, 'first')).rejects.toMatchObject(unavailable);
      await expect(find(keys, 'first')).rejects.toMatchObject(unavailable);
      expect(fetches).toBe(1);
    },
  );

  it('an address that fails is asked once in 5 s, then works again', async () => {
    answer = text(503, '');
    const keys = remoteKeys(url);

    for (let token = 0; token < 10; token += 1)
      await expect(find(keys, 'first')).rejects.toMatchObject(unavailable);
    expect(fetches).toBe(1);

    answer = keySet(first);
    pass(5_001);
    expect(await find(keys, 'first')).toBeDefined();
    expect(fetches).toBe(2);
  });

  it('known keys stay good for half an hour while the address does not answer', async () => {
    const keys = remoteKeys(url);
    await find(keys, 'first');
    answer = text(500, '');

    pass(29 * MINUTE_MS);
    expect(await find(keys, 'first')).toBeDefined();
    pass(MINUTE_MS + 1);
    await expect(find(keys, 'first')).rejects.toMatchObject(unavailable);
  });

  it('an address that never answers is given up after the time limit', async () => {
    answer = () => undefined;

    await expect(find(remoteKeys(url, 50), 'first')).rejects.toMatchObject(unavailable);
  });
});

const ALL_BUT_DATE = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/** Resolves once `condition` holds; rejects when it does not within 5 s. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 5_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
