import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { ddbCommand } from '../../src/cli/ddb.command.js';
import { readConfig } from '../../src/config/index.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { testConnection } from '../support/dynamodb.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://careline:Zk3!fQ9_v@db.internal:5432/careline',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'careline-web',
  AUTH_JWKS_URI: 'https://issuer.example/.well-known/jwks.json',
};

describe('careline ddb', () => {
  let database: TestDatabase;
  let rows: ClinicalRows;
  const table = `messages-test-${randomBytes(6).toString('hex')}`;

  beforeAll(async () => {
    database = await createTestDatabase();
    rows = await ClinicalRows.connect(database.url);
    await rows.user('ana', 'clinician');
    await rows.user('bruno', 'clinician');
    await rows.user('carla', 'admin');
  });
  afterAll(async () => {
    await run(['drop'], { typed: `${table}\n` });
    await rows.close();
    await database.drop();
  });

  /** The lines that a command prints. */
  async function run(
    args: readonly string[],
    { typed = '', environment = { NODE_ENV: 'test' } } = {},
  ): Promise<string[]> {
    const lines: string[] = [];
    const context = {
      config: readConfig({ ...environment, MESSAGING_TABLE: table }),
      databaseUrl: () => Promise.resolve(database.url),
      dynamodbEndpoint: () => Promise.resolve(testConnection().endpoint),
      out: (line: string) => lines.push(line),
    };
    await ddbCommand(context, Readable.from([typed])).parseAsync(args, { from: 'user' });
    return lines;
  }
  const json = async <T>(args: readonly string[]): Promise<T> =>
    JSON.parse((await run([...args, '--json'])).join('\n')) as T;

  it('before there is a table: says what to do', async () => {
    await expect(run(['scan'])).rejects.toThrow('run "careline ddb schema-load"');
  });

  it('schema-load makes the table, once, and list-tables shows it', async () => {
    expect(await run(['schema-load'])).toEqual([`Made the table "${table}".`]);
    expect(await run(['schema-load'])).toEqual([`The table "${table}" was there already.`]);
    expect(await json<string[]>(['list-tables'])).toContain(table);
  });

  it('seed writes a conversation once; it is listed, shown and scanned', async () => {
    expect(await run(['seed'])).toEqual(['Sample messages: 11 added.']);
    expect(await run(['seed'])).toEqual(['The sample conversations are there already.']);
    const [heading, newest, older] = await run(['list-conversations', 'ana']);
    const { entries } = await json<{ entries: { conversationId: string }[] }>(['list-conversations', 'ana']);
    const thread = await run(['get-conversation', entries[1]?.conversationId ?? '']);

    expect(heading).toMatch(/^with +unread +last +text +conversation$/);
    expect([newest, older]).toEqual([expect.stringMatching(/^carla/), expect.stringMatching(/^bruno/)]);
    expect(thread[0]).toMatch(/^at +from +text +id$/);
    expect(thread).toHaveLength(8);
    expect(thread[1]).toContain('potassium');
    expect((await run(['scan', '--limit', '5'])).at(-1)).toBe('5 items');
  });

  it('partiql reads; it writes only with --write, and then no cached list of messages holds', async () => {
    const items = `SELECT * FROM "${table}" WHERE begins_with(SK, 'META')`;
    const [{ PK = '' } = {}] = await json<{ PK?: string }[]>(['partiql', items]);
    const remove = `DELETE FROM "${table}" WHERE PK = '${PK}' AND SK = 'META'`;
    const before = await rows.version('messages');

    await expect(run(['partiql', remove])).rejects.toThrow('Only SELECT is allowed without --write.');
    expect(await rows.version('messages')).toBe(before);
    const left = (await json<unknown[]>(['partiql', items])).length;
    await run(['partiql', remove, '--write']);
    expect(await json<unknown[]>(['partiql', items])).toHaveLength(left - 1);
    expect(await rows.version('messages')).toBe(before + 1);
    await expect(run(['partiql', 'SELECT nonsense'])).rejects.toThrow('DynamoDB refuses the statement');
  });

  it('an unknown user or conversation is said to be unknown', async () => {
    await expect(run(['list-conversations', 'nobody'])).rejects.toThrow('There is no user "nobody".');
    await expect(run(['get-conversation', '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34'])).rejects.toThrow(
      'There is no such conversation.',
    );
  });

  it.each(['', 'yes\n', 'messages\n'])('drop: %j typed in changes nothing', async (typed) => {
    await expect(run(['drop'], { typed })).rejects.toThrow('That is not its name: nothing was changed.');
    expect(await json<string[]>(['list-tables'])).toContain(table);
  });

  it('production: drop is refused without --yes-really, and seed always', async () => {
    const typed = `${table}\n`;

    await expect(run(['drop'], { typed, environment: PRODUCTION })).rejects.toThrow('--yes-really');
    await expect(run(['seed'], { environment: PRODUCTION })).rejects.toThrow('refused in production');
    expect(await json<string[]>(['list-tables'])).toContain(table);
  });
});
