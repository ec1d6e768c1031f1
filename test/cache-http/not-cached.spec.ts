import fastifyCookie from '@fastify/cookie';
import { Gate } from '../support/cache-gate.js';
import { waitUntil } from '../support/wait-until.js';
import { startHttpApp, type HttpApp } from './support/http-app.js';
import { send, type Answer } from './support/http-client.js';
import { EventsController, NotCachedController, work } from './support/not-cached.controllers.js';
import { Origin } from './support/origin.js';

interface Expected {
  readonly status: number;
  readonly text: RegExp;
  readonly headers?: Readonly<Record<string, unknown>>;
}

const ok = (text: RegExp, headers = {}): Expected => ({ status: 200, text, headers });
const EXPECTED: Readonly<Record<string, Expected>> = {
  cookie: ok(/^{"number":N}$/),
  'plugin-cookie': ok(/^{"number":N}$/),
  'raw-cookie': ok(/^{"number":N}$/),
  created: { status: 201, text: /^{"number":N}$/ },
  none: { status: 204, text: /^$/ },
  coded: { status: 404, text: /^{"number":N}$/ },
  thrown: { status: 404, text: /"run N"/ },
  failed: { status: 500, text: /Internal server error/ },
  null: ok(/^(null)?$/),
  undefined: ok(/^$/),
  file: ok(/^file N$/, { 'content-type': 'text/plain', 'content-disposition': 'inline' }),
  stream: ok(/^stream N$/),
  generator: ok(/^generated N$/),
  'web-response': ok(/^web N$/, { 'x-web': 'yes' }),
  'wrapped-stream': ok(/^wrapped N$/),
  moved: { status: 307, text: /^$/, headers: { location: expect.stringMatching(/^\/run\/\d+$/) } },
  'sent-away': { status: 302, text: /^$/, headers: { location: expect.stringMatching(/^\/run\/\d+$/) } },
  sent: ok(/^{"number":N}$/),
  later: ok(/^{"number":N}$/),
  hijacked: ok(/^hijacked N$/),
  'no-store': ok(/^{"number":N}$/, { 'cache-control': 'private, No-Store' }),
  varies: ok(/^{"number":N}$/, { vary: 'x-undeclared, authorization' }),
  'varies-user': ok(/^{"number":N}$/, { vary: 'authorization' }),
  'varies-on-all': ok(/^{"number":N}$/, { vary: '*' }),
  error: { status: 500, text: /Internal server error|run N/ },
  'tags-throw': ok(/^{"number":N}$/),
  'tags-promise': ok(/^{"number":N}$/),
  'no-snapshot': ok(/^{"number":N}$/),
};
const PATHS = Object.keys(EXPECTED);

describe('what is not cached', () => {
  let app: HttpApp;
  let origin: Origin;
  beforeAll(async () => {
    origin = work.origin = await Origin.open();
    app = await startHttpApp({
      databaseUrl: origin.url,
      controllers: [NotCachedController, EventsController],
      configure: async (nest) => {
        await nest.register(fastifyCookie as never);
        // Fastify then sends later than the handler returns.
        nest
          .getHttpAdapter()
          .getInstance()
          .addHook('onSend', async (_request, _reply, payload) => {
            await new Promise((resolve) => setImmediate(resolve));
            return payload;
          });
      },
    });
  });
  beforeEach(() => {
    work.runs = 0;
  });
  afterEach(() => {
    work.gate = undefined;
  });
  afterAll(async () => {
    await app.close();
    await origin.close();
  });

  const ask = (path: string, method = 'GET') => send(app.url, `/n/${path}`, { method });
  const expectRight = (path: string, answer: Answer, number: number) => {
    const { status, text, headers = {} } = EXPECTED[path]!;
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(new RegExp(text.source.replace('N', String(number))));
    expect(answer.headers).toMatchObject(headers);
    expect(answer.headers).not.toHaveProperty('age');
  };
  const cookiesOf = ({ headers }: Answer) => headers['set-cookie'] ?? [];

  it.each(PATHS)('%s: every request is answered by its own run of the handler, and right', async (path) => {
    expectRight(path, await ask(path), 1);
    expectRight(path, await ask(path), 2);
    expect(work.runs).toBe(2);
  });

  it.each(PATHS.filter((path) => !['thrown', 'failed', 'no-snapshot'].includes(path)))(
    '%s: who asks while another’s load is under way gets an answer of its own',
    async (path) => {
      const gate = (work.gate = new Gate());
      const one = ask(path);
      await gate.reached;
      const joins = app.told('joined').length;
      const other = ask(path);
      await waitUntil('the second has come', () => app.told('joined').length > joins || work.runs === 2);
      gate.open();

      expectRight(path, await one, 1);
      expectRight(path, await other, 2);
    },
  );

  it.each(['cookie', 'plugin-cookie', 'raw-cookie'])(
    '%s: nobody gets a cookie of somebody else',
    async (path) => {
      const gate = (work.gate = new Gate());
      const one = ask(path);
      await gate.reached;
      const other = ask(path);
      await waitUntil('the second joins', () => app.told('joined').length > 0);
      gate.open();
      const answers = [await one, await other, await ask(path)];

      for (const [i, answer] of answers.entries()) {
        expect(answer.text).toBe(`{"number":${i + 1}}`);
        expect(cookiesOf(answer).join()).toMatch(new RegExp(`session=${i + 1}`));
        expect(cookiesOf(answer).join()).not.toMatch(new RegExp(`=(?!${i + 1})\\d`));
      }
      expect(cookiesOf(answers[0]!)).toHaveLength(path === 'cookie' ? 2 : 1);
    },
  );

  it.each(PATHS)('%s: HEAD has its status, and no body', async (path) => {
    const answer = await ask(path, 'HEAD');

    expect([answer.status, answer.text]).toEqual([EXPECTED[path]!.status, '']);
  });

  it('clients are told to keep nothing, where the route says nothing else', async () => {
    for (const path of ['cookie', 'created', 'file', 'stream', 'undefined', 'moved', 'tags-throw']) {
      expect([path, (await ask(path)).headers['cache-control']]).toEqual([path, 'private, no-store']);
    }
  });

  it('is counted by its reason', async () => {
    const reasonOf = async (path: string) => {
      const before = app.told('not-stored').length;
      await ask(path);
      return app.told('not-stored').slice(before);
    };

    expect(await reasonOf('tags-throw')).toEqual(['tags-failed']);
    expect(await reasonOf('tags-promise')).toEqual(['tags-failed']);
    expect(await reasonOf('cookie')).toEqual(['not-cacheable']);
    expect(await reasonOf('moved')).toEqual(['not-cacheable']);
    expect(await reasonOf('no-snapshot')).toEqual(['no-snapshot']);
  });

  it('server-sent events flow', async () => {
    const ask = async () => (await send(app.url, '/e/events')).text;

    expect(await ask()).toMatch(/data: event 1[^]*data: last/);
    expect(await ask()).toMatch(/data: event 2[^]*data: last/);
  });

  it('a handler that answers nothing fails as it does without a cache', async () => {
    expect((await send(app.url, '/e/empty')).status).toBe(500);
  });
});
