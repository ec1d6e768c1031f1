import type { Weather } from '../network/dynamo-proxy.js';
import type { Random } from '../run/random.js';
import { waitUntil } from '../../support/wait-until.js';
import type { Nemesis } from './nemesis.js';

/** DynamoDB is bad for some of the instances, or for all. */
function bad(name: string, weatherOf: (random: Random) => Weather): Nemesis {
  return {
    name,
    begin({ cluster, random }) {
      const weather = weatherOf(random);
      const victims = random
        .shuffled(cluster.instances)
        .slice(0, random.between(1, cluster.instances.length));
      for (const { dynamo } of victims) dynamo.weather = weather;
      return {
        what: `${name} for ${victims.map((victim) => victim.name).join(', ')}`,
        durationMs: random.between(300, 3_000),
        heal: () => {
          for (const { dynamo } of victims) if (dynamo.weather === weather) dynamo.weather = { kind: 'fair' };
        },
      };
    },
  };
}

export const dynamoSlow = bad('dynamodb-slow', (random) => ({
  kind: 'slow',
  delayMs: random.between(50, 900),
}));
export const dynamoThrottling = bad('dynamodb-throttling', () => ({ kind: 'throttling' }));
export const dynamoGone = bad('dynamodb-gone', () => ({ kind: 'gone' }));

/** The table is dropped, and made anew a little later. */
export const tableDropped: Nemesis = {
  name: 'table-dropped',
  async begin({ cluster, random }) {
    await cluster.dropTable();
    return {
      what: 'cache table dropped',
      durationMs: random.between(0, 1_500),
      // Again where another fault of this kind drops it meanwhile.
      heal: () => waitUntil('the table is made', () => succeeds(cluster.createTable())),
    };
  },
};

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
