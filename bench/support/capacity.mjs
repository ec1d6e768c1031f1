/**
 * Has `client` ask for the capacity units of every request.
 * @returns what they add up to; a transaction counts once here, as DynamoDB Local counts, and twice in AWS
 */
export function countUnits(client, named = 'countUnits') {
  const counted = { units: 0 };
  const count = (next) => async (args) => {
    const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
    for (const each of [result.output.ConsumedCapacity].flat()) counted.units += each?.CapacityUnits ?? 0;
    return result;
  };
  client.middlewareStack.add(count, { step: 'initialize', name: named });
  return counted;
}
