import { daxLocalCommand } from '../../src/cli/dax-local.command.js';
import { readConfig } from '../../src/config/index.js';

function command(isProduction: boolean) {
  const endpoint = process.env['TEST_DYNAMODB_ENDPOINT'];
  return daxLocalCommand({
    config: { ...readConfig({ NODE_ENV: 'test' }), isProduction },
    databaseUrl: () => Promise.reject(new Error('it needs no database')),
    dynamodbEndpoint: () => Promise.resolve(endpoint),
    out: () => undefined,
  });
}

it('hands its options to the program, and fails as it does', async () => {
  const run = command(false).parseAsync(['--nodes', 'many'], { from: 'user' });

  await expect(run).rejects.toThrow('dax-local ended with code 1.');
});

it('ends well when the program does', async () => {
  await expect(command(false).parseAsync(['--help'], { from: 'user' })).resolves.toBeDefined();
});

it('is refused in production', async () => {
  await expect(command(true).parseAsync([], { from: 'user' })).rejects.toThrow('for development');
});
