import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { directClient } from './table.js';

/** A client of DynamoDB Local that counts its calls by the name of their command. */
export function countingClient(): { client: DynamoDBClient; calls: Map<string, number>; total(): number } {
  const client = directClient();
  const calls = new Map<string, number>();
  client.middlewareStack.add(
    (next, context) => (args) => {
      const name = context.commandName ?? '?';
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return next(args);
    },
    { step: 'initialize', name: 'count' },
  );
  return { client, calls, total: () => [...calls.values()].reduce((sum, one) => sum + one, 0) };
}
