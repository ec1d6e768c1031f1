import { randomUUID } from 'node:crypto';
import { MAX_MARKS, RAW_UNITS_A_CHARACTER } from '../../src/common/text.js';
import { createTestMessagingTable, messagingEnvironment } from '../support/messaging.js';
import { operationsOf, type Operation } from './support/open-api.js';
import { Scene } from './support/scene.js';
import { superLinear } from './support/super-linear.js';
import { WorkMeter, type Work } from './support/work-meter.js';
import { worstTexts } from './support/worst-texts.js';

interface Sent {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const LONGEST_FIELD = 4_000;
/** Of the sizes that there are limits for, the largest that a route takes is the one that counts. */
const SIZES = [65_536, 32_768, 16_384, 4_096];
/** Percent encoding makes three bytes of one; Node takes 16 KiB of head. */
const ADDRESS_BYTES = 4_500;
const HEADER_BYTES = 12_000;
/** Read by the service, or by what it stands on, whatever a route says. */
const HEADERS = [
  'authorization',
  'accept',
  'cache-control',
  'cache-versions',
  'content-type',
  'if-none-match',
  'pragma',
  'x-request-id',
  'x-forwarded-for',
  'accept-encoding',
];

// https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
describe('API4: the worst texts in requests', () => {
  let scene: Scene;
  let operations: Operation[];
  let table: Awaited<ReturnType<typeof createTestMessagingTable>>;
  beforeAll(async () => {
    table = await createTestMessagingTable();
    scene = await Scene.open(messagingEnvironment(table.name));
    operations = await operationsOf(scene.url);
  });
  afterAll(async () => {
    await scene.close();
    await table.drop();
  });

  const tokenOf = ({ path }: Pick<Operation, 'path'>) =>
    (path.startsWith('/api/cache') ? scene.clinic.admin : scene.clinic.clinician).token ?? '';
  const addressOf = ({ path }: Operation, values: Readonly<Record<string, string>> = {}) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? randomUUID()));

  async function send({ method, path, headers = {}, body }: Sent): Promise<number> {
    const response = await fetch(`${scene.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokenOf({ path })}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    // Streams of events do not end by themselves.
    await response.body?.cancel();
    return response.status;
  }

  /** In every field alone, and in all of them: at the largest size that the route takes. */
  function bodies({ method, body = [], ...operation }: Operation, index: number): Sent[][] {
    const texts = body.filter(({ isText }) => isText);
    const examples = Object.fromEntries(body.map(({ name, example }) => [name, example]));
    const variants = [...texts.map((field) => [field]), texts];
    return variants.map((fields) =>
      SIZES.map((size) => {
        const room = size - 2 - Buffer.byteLength(JSON.stringify(examples)) - fields.length * 20;
        const [name = '', text = ''] = worstTexts(room / fields.length)[index] ?? [];
        // JSON writes some characters longer than UTF-8 does.
        const cut = text.slice(0, Math.floor((text.length * room) / fields.length / jsonBytes(text)));
        const all = { ...examples, ...Object.fromEntries(fields.map((field) => [field.name, cut])) };
        const path = addressOf({ method, body, ...operation });
        return {
          name: `${name} in ${fields.map((field) => field.name).join()}`,
          method,
          path,
          body: JSON.stringify(all),
        };
      }),
    );
  }

  function addresses(operation: Operation, index: number): Sent[] {
    const [name = '', text = ''] = worstTexts(ADDRESS_BYTES)[index] ?? [];
    const { method, parameters } = operation;
    return [
      ...parameters.path.map((one) => ({
        name: `${name} in ${one}`,
        method,
        path: addressOf(operation, { [one]: text }),
      })),
      ...parameters.query.map((one) => ({
        name: `${name} in ${one}`,
        method,
        path: `${addressOf(operation)}?${one}=${encodeURIComponent(text)}`,
      })),
    ];
  }

  function headers(operation: Operation): Sent[] {
    const { method } = operation;
    return [...HEADERS, ...operation.parameters.header].flatMap((header) =>
      ['a', '"', ',', ', ', 'a=1.a,', 'W/"a",', ';q=', '\u00e9'].map((unit) => ({
        name: `${unit} in ${header}`,
        method,
        path: addressOf(operation),
        headers: { [header]: `x${unit.repeat(HEADER_BYTES / unit.length)}x` },
      })),
    );
  }

  const findings = (work: Work, { name, method, path, body = '' }: Sent) => {
    const bytes = path.length + Buffer.byteLength(body) + HEADER_BYTES;
    const isBounded =
      work.longestRun <= MAX_MARKS &&
      Math.max(0, ...work.normalised) <= LONGEST_FIELD * RAW_UNITS_A_CHARACTER &&
      work.normalised.length <= 16 &&
      work.scanned <= 8 * bytes;
    return isBounded
      ? []
      : [
          `${name}, ${method} ${path.slice(0, 60)}: ${work.longestRun} ${work.normalised.join()} ${work.scanned}/${bytes}`,
        ];
  };

  /** Sends all, one after the other. @returns what cost too much, and the sum of all */
  async function measure(requests: readonly Sent[]) {
    const expressions = new Set<string>();
    const wrong: string[] = [];
    let normalised = 0;
    for (const request of requests) {
      const work = await WorkMeter.during(() => send(request));
      wrong.push(...findings(work, request));
      for (const expression of work.expressions) expressions.add(expression);
      normalised += work.normalised.length;
    }
    return { wrong: wrong.slice(0, 5), normalised, superLinear: superLinear(expressions) };
  }

  it.each(worstTexts(9).map(([name], index) => [name, index] as const))(
    '%s in any field of any body: work is bounded',
    async (_name, index) => {
      const largest: Sent[] = [];
      for (const operation of operations.filter(({ body }) => body !== undefined)) {
        for (const bySize of bodies(operation, index)) {
          for (const request of bySize) {
            if ((await send({ ...request, body: padded(request.body) })) === 413) continue;
            largest.push(request);
            break;
          }
        }
      }

      expect(largest.length).toBeGreaterThan(40);
      expect(await measure(largest)).toMatchObject({ wrong: [], superLinear: [] });
    },
  );

  it.each(worstTexts(9).map(([name], index) => [name, index] as const))(
    '%s in any parameter of any address: work is bounded',
    async (_name, index) => {
      const requests = operations.flatMap((operation) => addresses(operation, index));

      expect(requests.length).toBeGreaterThan(30);
      expect(await measure(requests)).toMatchObject({ wrong: [], superLinear: [] });
    },
  );

  it('12,000 letters of any kind in any header: work is bounded', async () => {
    const read = operations.filter(({ method, path }) => method === 'GET' && !path.endsWith('stream'));
    const written = operations.filter(({ path }) => path === '/api/messages');

    expect(await measure([...read.slice(0, 4), ...written].flatMap(headers))).toMatchObject({
      wrong: [],
      superLinear: [],
    });
  });

  it('what is counted is what the service does: an honest message is normalised', async () => {
    const body = JSON.stringify({ to: 'clinician', text: 'e\u0301' });
    const { normalised } = await measure([{ name: 'honest', method: 'POST', path: '/api/messages', body }]);

    // A new connection to PostgreSQL normalises its password, too.
    expect(normalised).toBeGreaterThanOrEqual(2);
  });
});

/** As large as `body`, and cheap: whether a body of this size is taken is all that it asks. */
function padded(body = ''): string {
  return JSON.stringify('x'.repeat(Buffer.byteLength(body) - 2));
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
