import { randomUUID } from 'node:crypto';
import { operationsOf, type Field, type Operation } from './support/open-api.js';
import { Scene } from './support/scene.js';

const TOO_LARGE = 413;
const DEFAULT_BYTES = 4_096;
/** One character, in the longest way that JSON has for it. */
const ESCAPED = '\\ud83d\\ude4f';
/** Of a date, an id or a code: what states no length is short. */
const SHORT = 64;
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

// https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
describe('API4: the size of bodies', () => {
  let scene: Scene;
  let operations: Operation[];
  beforeAll(async () => {
    scene = await Scene.open();
    operations = (await operationsOf(scene.url)).filter(({ method }) => WRITES.includes(method));
  });
  afterAll(() => scene.close());

  async function statusOf({ method, path }: Operation, body: string): Promise<number> {
    const { admin, clinician } = scene.clinic;
    const { token = '' } = path.startsWith('/api/cache') ? admin : clinician;
    const response = await fetch(`${scene.url}${path.replace(/\{\w+\}/g, () => randomUUID())}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });
    return response.status;
  }

  it('a body with every field at its longest, escaped, is never too large', async () => {
    const refused: string[] = [];
    for (const operation of operations) {
      if (operation.body === undefined) continue;
      if ((await statusOf(operation, longest(operation.body))) === TOO_LARGE)
        refused.push(`${operation.method} ${operation.path}`);
    }

    expect(refused).toEqual([]);
  });

  it('twice that is, and so is more than 4 KiB where no body, or a small one, is expected', async () => {
    const taken: string[] = [];
    for (const operation of operations) {
      const bytes = Math.max(DEFAULT_BYTES + 1, 2 * longest(operation.body ?? []).length);
      if ((await statusOf(operation, JSON.stringify('x'.repeat(bytes)))) !== TOO_LARGE)
        taken.push(`${operation.method} ${operation.path}`);
    }

    expect(operations.length).toBeGreaterThan(10);
    expect(taken).toEqual([]);
  });
});

function longest(fields: readonly Field[]): string {
  const members = fields.map(({ name, maxLength = SHORT }) => `"${name}":"${ESCAPED.repeat(maxLength)}"`);
  return `{${members.join()}}`;
}
