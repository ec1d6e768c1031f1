// Direct messages without HTTP and without a cache: a page of 50, 20 conversations, a message sent, each beside the one request of
// the AWS SDK that does it at the least, on the same table. In turns, against DynamoDB Local.
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoClient } from '../dist/cache/index.js';
import { appendRequest } from '../dist/messaging/append/append-request.js';
import { conversationIdOf } from '../dist/messaging/table/participants.js';
import { ConversationsService } from '../dist/messaging/reading/conversations.service.js';
import { MessagingDocuments } from '../dist/messaging/table/documents.js';
import { SendingService } from '../dist/messaging/sending/sending.service.js';
import { createMessagingTable } from '../dist/messaging/table/messaging-table.js';
import { PrismaService } from '../dist/prisma/prisma.service.js';
import { countUnits } from './support/capacity.mjs';
import { withClinic } from './support/clinic.mjs';
import { CALL_FIGURES, eachOf, figuresOfCalls, number, ratio, report, round } from './support/figures.mjs';
import { connectionOf, withService } from './support/service.mjs';

const ROUNDS = 9;
const CALLS = 40;
const PAGE = 50;
const CONVERSATIONS = 20;
const TEXT = 'Please take the tablets after breakfast, and come back in two weeks.';

await withClinic({ dynamodb: true }, ({ environment }) =>
  withService(environment, async ({ get }) => {
    const documents = get(MessagingDocuments);
    const client = createDynamoClient(connectionOf(environment));
    await createMessagingTable(client, documents.table);
    try {
      await run(get, documents, DynamoDBDocumentClient.from(client));
    } finally {
      client.destroy();
    }
  }),
);

async function run(get, documents, raw) {
  const [conversations, sending] = [get(ConversationsService), get(SendingService)];
  const { ana, others } = await correspondents(get(PrismaService));
  for (const { handle } of others) await sending.send(ana, { to: handle, text: TEXT });
  for (let i = 0; i < PAGE; i++) await sending.send(ana, { to: others[0].handle, text: TEXT });
  const conversation = conversationIdOf(ana, others[0].id);
  const query = (more) =>
    raw.send(
      new QueryCommand({
        TableName: documents.table,
        ConsistentRead: true,
        ScanIndexForward: false,
        ...more,
      }),
    );
  const ways = [
    ['a page of 50 messages', 'Careline', () => conversations.messages(ana, conversation, { limit: PAGE })],
    [
      'a page of 50 messages',
      'one Query',
      () =>
        query({
          KeyConditionExpression: 'PK = :pk AND begins_with(SK, :prefix)',
          ExpressionAttributeValues: { ':pk': `CONV#${conversation}`, ':prefix': 'MSG#' },
          Limit: PAGE,
        }),
    ],
    ['20 conversations', 'Careline', () => conversations.list(ana, { limit: CONVERSATIONS })],
    [
      '20 conversations',
      'one Query',
      () =>
        query({
          IndexName: 'by-recency',
          KeyConditionExpression: 'PK = :pk',
          ExpressionAttributeValues: { ':pk': `USER#${ana}` },
          Limit: CONVERSATIONS,
        }),
    ],
    ['a message sent', 'Careline', () => sending.send(ana, { to: others[1].handle, text: TEXT })],
    ['a message sent', 'one TransactWriteItems', appending(raw, documents.table)],
  ].map(([what, how, work]) => ({ what, how, work, rounds: [] }));

  for (let i = 0; i <= ROUNDS; i++) {
    const figures = await round(
      CALLS,
      ways.map(({ work }) => work),
    );
    // The first round warms up.
    if (i > 0) for (const [at, way] of ways.entries()) way.rounds.push(figures[at]);
  }
  await countEach(ways, documents, raw);
  print(ways);
}

/** A clinician, and more users than a list of conversations shows. */
async function correspondents(prisma) {
  const { id } = await prisma.user.findUniqueOrThrow({ where: { handle: 'ana' } });
  const others = Array.from({ length: CONVERSATIONS + 5 }, (_, i) => ({
    id: randomUUID(),
    handle: `bench-${i}`,
    displayName: `Bench ${i}`,
    role: 'clinician',
  }));
  await prisma.user.createMany({ data: others });
  return { ana: id, others };
}

/** The same five items in one transaction, in a conversation of its own. */
function appending(raw, table) {
  const [from, to] = [randomUUID(), randomUUID()];
  let last;
  return async () => {
    const draft = {
      conversationId: conversationIdOf(from, to),
      ...{ from, to, text: TEXT, hash: 'bench', idempotencyKey: randomUUID(), writeId: randomUUID() },
    };
    const { items, lastId } = appendRequest(table, [draft], last, Date.now());
    await raw.send(new TransactWriteCommand({ TransactItems: items }));
    last = lastId;
  };
}

async function countEach(ways, documents, raw) {
  const counts = [countUnits(raw)];
  await documents.attempt((client) => Promise.resolve(counts.push(countUnits(client))));
  for (const way of ways) {
    for (const count of counts) count.units = 0;
    await way.work();
    way.units = counts.reduce((sum, { units }) => sum + units, 0);
  }
}

function print(ways) {
  report(
    'messages',
    `Messages, ${ROUNDS} rounds of ${CALLS} calls`,
    ['call', 'by', ...CALL_FIGURES, 'p50 × one request', 'units (transactions counted once)'],
    ways.map(({ what, how, rounds, units }, at) => {
      const base = ways[at - (at % 2) + 1];
      return [
        what,
        how,
        ...figuresOfCalls(rounds),
        ratio(eachOf(rounds).p50Ms, eachOf(base.rounds).p50Ms),
        number(units, 1),
      ];
    }),
  );
}
