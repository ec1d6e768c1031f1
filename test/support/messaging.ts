import { randomBytes } from 'node:crypto';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { createMessagingTable, dropMessagingTable } from '../../src/messaging/table/messaging-table.js';
import { Api } from './api.js';
import { ClinicalRows } from './clinical-rows.js';
import { testConnection } from './dynamodb.js';
import { startTestApp, type TestApp } from './test-app.js';

/** A conversation as the API answers it. */
export interface Conversation {
  readonly id: string;
  readonly with: { readonly id: string; readonly handle: string | null; readonly displayName: string };
  readonly lastMessage: { readonly text: string; readonly at: string; readonly from: string };
  readonly unread: number;
}

/** A message as the API answers it. */
export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly from: { readonly id: string; readonly handle: string | null; readonly displayName: string };
  readonly text: string;
  readonly at: string;
}

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A messaging table of the test's own, with all that is needed to get rid of it. */
export async function createTestMessagingTable(): Promise<{ name: string; drop(): Promise<void> }> {
  const name = `messages-test-${randomBytes(6).toString('hex')}`;
  const client = createDynamoClient(testConnection());
  await createMessagingTable(client, name);
  return {
    name,
    drop: async () => {
      await dropMessagingTable(client, name);
      client.destroy();
    },
  };
}

/** A service with messages, the users `ana`, `bruno` and `carla`, and clients signed in as them. */
export interface PostOffice {
  readonly app: TestApp;
  readonly rows: ClinicalRows;
  readonly table: string;
  readonly ana: Api;
  readonly bruno: Api;
  readonly carla: Api;
  /** User ids by handle. */
  readonly ids: Readonly<Record<'ana' | 'bruno' | 'carla', string>>;
  close(): Promise<void>;
}

/** @param environment variables that the service gets besides */
export async function openPostOffice(environment: Record<string, string> = {}): Promise<PostOffice> {
  const table = await createTestMessagingTable();
  const app = await startTestApp({ ...messagingEnvironment(table.name), ...environment });
  const rows = await ClinicalRows.connect(app.databaseUrl);
  const ids = {
    ana: await rows.user('ana', 'clinician'),
    bruno: await rows.user('bruno', 'clinician'),
    carla: await rows.user('carla', 'patient', await rows.patient()),
  };
  return {
    app,
    rows,
    table: table.name,
    ids,
    ana: await Api.signedIn(app.url, 'ana'),
    bruno: await Api.signedIn(app.url, 'bruno'),
    carla: await Api.signedIn(app.url, 'carla'),
    close: async () => {
      await rows.close();
      await app.close();
      await table.drop();
    },
  };
}

/** The variables of a service whose messages are in `table`. */
export function messagingEnvironment(table: string): Record<string, string> {
  return { DYNAMODB_ENDPOINT: testConnection().endpoint ?? '', MESSAGING_TABLE: table };
}
