import { Readable } from 'node:stream';
import { Command } from 'commander';
import { cacheCommand } from '../../src/cli/cache.command.js';
import type { DynamoCliContext } from '../../src/cli/context.js';
import { dbCommand } from '../../src/cli/db.command.js';
import { ddbCommand } from '../../src/cli/ddb.command.js';
import { fhirCommand } from '../../src/cli/fhir.command.js';
import { MAX_MARKS, RAW_UNITS_A_CHARACTER } from '../../src/common/text.js';
import { readConfig } from '../../src/config/index.js';
import { superLinear } from './support/super-linear.js';
import { WorkMeter } from './support/work-meter.js';
import { worstTexts } from './support/worst-texts.js';

/** A shell of Linux passes arguments of at most 128 KiB. */
const BYTES = 60_000;
const LONGEST_FIELD = 4_000;

class NoEngine extends Error {}

const context: DynamoCliContext = {
  config: readConfig({ NODE_ENV: 'test' }),
  databaseUrl: () => Promise.reject(new NoEngine()),
  dynamodbEndpoint: () => Promise.reject(new NoEngine()),
  out: () => undefined,
};

/** The commands anew, for each keeps what it was given. */
function commands(input: Readable): Command[] {
  return [
    dbCommand(context, input),
    ddbCommand(context, input),
    fhirCommand(context),
    cacheCommand(context, input),
  ];
}

/** Every text that a command takes: each argument and each value of an option, as a command line makes of `text`. */
function lines(text: string): string[][] {
  return commands(Readable.from([])).flatMap((group) =>
    group.commands.flatMap((command) => {
      const filled = command.registeredArguments.map(() => text);
      const valued = command.options.filter(({ required }) => required).map(({ long }) => long ?? '');
      const path = [group.name(), command.name()];
      const given = filled.length > 0 ? [[...path, ...filled]] : [];
      const own = command.registeredArguments.map(() => '/api/patients');
      return [...given, ...valued.map((option) => [...path, ...own, `${option}=${text}`])];
    }),
  );
}

async function run([name, ...rest]: readonly string[], input: string): Promise<void> {
  const group = commands(Readable.from([input])).find((one) => one.name() === name);
  if (group === undefined) throw new Error(`no command ${name}`);
  for (const command of [group, ...group.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  // Nothing runs here that a command could ask: what is left is what it does with its text.
  await group.parseAsync(rest, { from: 'user' }).catch(() => undefined);
}

// https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
describe('API4: the worst texts on the command line', () => {
  it.each(worstTexts(BYTES))(`${BYTES} bytes of %s: work is bounded`, async (_name, text) => {
    const expressions = new Set<string>();
    const wrong: unknown[] = [];
    for (const line of [...lines(text), ...lines(`http://127.0.0.1:1/${text}`)]) {
      const work = await WorkMeter.during(() => run(line, text));
      for (const expression of work.expressions) expressions.add(expression);
      const longest = Math.max(0, ...work.normalised);
      if (
        work.longestRun > MAX_MARKS ||
        longest > LONGEST_FIELD * RAW_UNITS_A_CHARACTER ||
        work.scanned > 8 * BYTES
      ) {
        wrong.push([line.map((word) => word.slice(0, 20)), work.longestRun, longest, work.scanned]);
      }
    }

    expect(wrong.slice(0, 5)).toEqual([]);
    expect(superLinear(expressions)).toEqual([]);
  });

  it('every command with a text is among them', () => {
    const named = new Set(lines('x').map(([group, command]) => `${group} ${command}`));

    expect([...named]).toEqual(
      expect.arrayContaining([
        'cache explain',
        'cache flush',
        'cache stats',
        'ddb list-conversations',
        'ddb partiql',
        'fhir import',
      ]),
    );
  });
});
