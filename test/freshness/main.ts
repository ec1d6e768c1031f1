// npm run freshness: docs/freshness.md.
import { writeFileSync } from 'node:fs';
import { checkMutations } from './mutations/mutation-check.js';
import { MUTATION_HEAD, mutationCheck, mutationRow } from './mutations/mutation-report.js';
import { readOptions, USAGE, type Options } from './options.js';
import { campaignChecks, campaignReport, type Check } from './report.js';
import { runCampaign } from './run/campaign.js';

const log = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(options: Options): Promise<Check[]> {
  const checks: Check[] = [];
  if (options.parts.includes('faults')) {
    log(`Freshness under faults: ${options.instances} instances, seed ${options.seed}.`);
    const campaign = { ...options, log };
    const result = await runCampaign(campaign);
    campaignReport(campaign, result).forEach(log);
    checks.push(...campaignChecks(campaign, result));
  }
  if (options.parts.includes('mutations')) {
    MUTATION_HEAD.forEach(log);
    await checkMutations((result) => {
      log(mutationRow(result));
      checks.push(mutationCheck(result));
    });
  }
  return checks;
}

/** The form of Jest's own counts. */
function summaryOf(checks: readonly Check[]): object {
  const failed = checks.filter(({ holds }) => !holds).length;
  return { numPassedTests: checks.length - failed, numFailedTests: failed, numRuntimeErrorTestSuites: 0 };
}

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'unknown fault'}\n\n${USAGE}\n`);
  process.exit(2);
}
const checks = await main(options);
log('');
for (const { title, holds } of checks) log(`${holds ? 'ok  ' : 'FAIL'}  ${title}`);
if (options.output !== undefined) writeFileSync(options.output, JSON.stringify(summaryOf(checks)));
process.exitCode = checks.every(({ holds }) => holds) ? 0 : 1;
