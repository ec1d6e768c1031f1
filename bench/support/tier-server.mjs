// What the servers of bench/l2-http.mjs have in common: the record that their origin answers with, and what they count.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

export const TABLE = process.env.BENCH_TABLE;
export const CONNECTION = {
  endpoint: process.env.DYNAMODB_ENDPOINT,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

const body = readFileSync(process.env.BENCH_RECORD);
const record = JSON.parse(body.toString());
const counts = { loads: 0, readUnits: 0, writeUnits: 0 };

/** The origin. */
export const loadBytes = () => (counts.loads++, body);
export const loadRecord = () => (counts.loads++, record);

export function countUnits({ readUnits = 0, writeUnits = 0 }) {
  counts.readUnits += readUnits;
  counts.writeUnits += writeUnits;
}

/** Counts the units of what `client` reads and writes. */
export function countUnitsOf(client) {
  const kinds = { GetItemCommand: 'readUnits', PutItemCommand: 'writeUnits' };
  const count = (next, context) => async (args) => {
    const kind = kinds[context.commandName] ?? kinds[context.commandName?.replace('Command', 'ItemCommand')];
    if (kind === undefined) return next(args);
    const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
    countUnits({ [kind]: result.output.ConsumedCapacity?.CapacityUnits ?? Number.NaN });
    return result;
  };
  client.middlewareStack.add(count, { step: 'initialize', name: 'countUnits' });
}

export function serveCounts(fastify) {
  fastify.get('/counts', (_request, reply) => reply.send(counts));
}

/** A route that answers with the bytes that `read` has for a key, and nothing else. */
export async function serveTier(read) {
  const app = Fastify();
  serveCounts(app);
  app.get('/record/:key', async (request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(await read(request.params.key)),
  );
  console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
}
