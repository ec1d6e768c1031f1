import { MessagingDocuments } from '../../src/messaging/table/documents.js';
import { MessagesRepository } from '../../src/messaging/table/messages.repository.js';
import { Api } from '../support/api.js';
import { testConnection } from '../support/dynamodb.js';
import {
  messagingEnvironment,
  openPostOffice,
  type Message,
  type PageOf,
  type PostOffice,
} from '../support/messaging.js';
import { startService, type ServiceProcess } from '../support/service-process.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { waitUntil } from '../support/wait-until.js';

/** As sessions of the process that is killed call themselves in PostgreSQL. */
const DOOMED = 'doomed';
/** Two seconds where the cores are free (docs/messaging-stream.md); this tells the stream from a cache that only expires. */
const HEALED_WITHIN_MS = 15_000;

describe('an instance that is killed between the write of a message and its bump', () => {
  let office: PostOffice;
  let documents: MessagingDocuments;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    office = await openPostOffice();
    documents = new MessagingDocuments({ name: office.table, connection: testConnection() });
  });
  afterEach(async () => {
    await office.rows.query('ROLLBACK');
    for (const end of ends.splice(0)) await end();
  });
  afterAll(async () => {
    documents.onApplicationShutdown();
    await office.close();
  });

  const send = (url: string, text: string) =>
    new Api(url, office.ana.token).post<Message>(
      '/api/messages',
      { to: 'bruno', text },
      { 'idempotency-key': text.replaceAll(' ', '-') },
    );
  const isWritten = async (conversationId: string, text: string) => {
    const messages = await new MessagesRepository(documents).messages(conversationId, 1);
    return messages[0]?.text === text;
  };

  const stream = { MESSAGING_STREAM: 'poll' };
  const startOther = async (): Promise<TestApp> => {
    const place = { databaseUrl: office.app.databaseUrl, dataDir: office.app.config.dataDir };
    const app = await startTestApp({ ...messagingEnvironment(office.table), ...stream }, place);
    ends.push(() => app.close());
    return app;
  };
  const startDoomed = async (): Promise<ServiceProcess> => {
    const url = new URL(office.app.databaseUrl);
    url.searchParams.set('application_name', DOOMED);
    const service = await startService({
      ...messagingEnvironment(office.table),
      ...stream,
      DATABASE_URL: url.href,
      DATA_DIR: office.app.config.dataDir,
    });
    ends.push(() => service.child.kill('SIGKILL'));
    return service;
  };
  const isRead = () =>
    waitUntil('the stream is read', async () => {
      const owners = await office.rows.query(
        'SELECT FROM stream_shard WHERE lease_until > clock_timestamp()',
      );
      return owners.length === 1;
    });

  /** Who begins to read a stream raises all messages (docs/messaging-stream.md): that is over by then. */
  const isHandled = (messageId: string) =>
    waitUntil('the stream has told of it', async () => {
      const told = await office.rows.query('SELECT FROM message_event WHERE message_id = $1', [messageId]);
      return told.length === 1;
    });

  /** Sends by the instance; when the message is written and nothing was raised, the process ends as by `kill -9`. */
  async function sendAndDie(
    doomed: ServiceProcess,
    conversationId: string,
    text: string,
    meanwhile: () => Promise<void>,
  ): Promise<void> {
    const { rows } = office;
    await rows.query('BEGIN');
    await rows.query('LOCK TABLE message_write');
    const sending = send(doomed.url, text).catch(() => 'no answer');
    await waitUntil('it is written', () => isWritten(conversationId, text));
    await meanwhile();
    doomed.child.kill('SIGKILL');
    await doomed.exited;
    expect(await sending).toBe('no answer');
    // Its sessions would go on until they hear that nobody is there, and raise in its place.
    await rows.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
      DOOMED,
    ]);
    await rows.query('ROLLBACK');
  }

  it.each([
    ['that read the stream itself', true],
    ['beside one that reads the stream', false],
  ])('%s: the other instances show the message soon, once', async (text, isReader) => {
    const first = isReader ? await startDoomed() : await startOther();
    await isRead();
    const second = isReader ? await startOther() : await startDoomed();
    const [doomed, other] = (isReader ? [first, second] : [second, first]) as [ServiceProcess, TestApp];
    const readers = [office.app, other].map(({ url }) => new Api(url, office.bruno.token));
    const { id, conversationId } = (await send(doomed.url, `before, ${text}`)).body;
    await isHandled(id);
    const page = `/api/conversations/${conversationId}/messages`;
    const shown = async (reader: Api) =>
      (await reader.get<PageOf<Message>>(page)).body.items.filter((message) => message.text === text).length;

    let startMs = 0;
    // From here on it is cached, and nobody looks again.
    expect(await Promise.all(readers.map(shown))).toEqual([0, 0]);
    await sendAndDie(doomed, conversationId, text, async () => {
      expect(await Promise.all(readers.map(shown))).toEqual([0, 0]);
      startMs = performance.now();
    });
    await waitUntil('both show it', async () =>
      (await Promise.all(readers.map(shown))).every((count) => count > 0),
    );
    expect(performance.now() - startMs).toBeLessThan(HEALED_WITHIN_MS);

    const again = await send(other.url, text);
    expect(again.status).toBe(201);
    expect(await Promise.all(readers.map(shown))).toEqual([1, 1]);
  });
});
