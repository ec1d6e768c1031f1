import { Command } from 'commander';
import { BundleRepository } from '../fhir/bundle.repository.js';
import { importBundles } from '../fhir/import-bundles.js';
import type { ImportReport } from '../fhir/import-report.js';
import { PlainProgress, ProgressBar } from '../fhir/terminal/progress.js';
import { reportLines } from '../fhir/terminal/report-lines.js';
import { migrate } from '../prisma/migrate.js';
import type { CliContext } from './context.js';

const EXIT_FAILED = 1;
/** What a shell shows for a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `fhir import`: clinical records from FHIR R4 bundles. */
export function fhirCommand(context: CliContext): Command {
  const fhir = new Command('fhir').description('Exchanges clinical records as FHIR R4.');
  fhir
    .command('import')
    .description(
      'Imports patients, exams and medications from FHIR R4 bundles. Importing a bundle again changes nothing. ' +
        'Ends with code 1 if any file failed.',
    )
    .argument('<path...>', 'bundles (.json, .json.gz), or folders to search for them')
    .action(async (paths: string[]) => {
      const report = await run(paths, context);
      process.exitCode = exitCode(report);
    });
  return fhir;
}

async function run(paths: readonly string[], context: CliContext): Promise<ImportReport> {
  const repository = new BundleRepository(await readyDatabase(context));
  const bar = process.stderr.isTTY && process.stdout.isTTY ? new ProgressBar(process.stderr) : undefined;
  const interruption = new AbortController();
  // Once: a second signal ends the process as if nobody listened.
  const onSignal = (): void => {
    bar?.clear();
    process.stderr.write('Stopping after the file in hand.\n');
    interruption.abort();
  };
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    const report = await importBundles(paths, {
      repository,
      progress: bar ?? new PlainProgress((line) => context.out(line)),
      signal: interruption.signal,
    });
    bar?.clear();
    print(report, context);
    return report;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    await repository.close();
  }
}

/** The embedded database is nobody else's to migrate; any other one is its operator's. */
async function readyDatabase(context: CliContext): Promise<string> {
  const url = await context.databaseUrl();
  if (context.config.databaseUrl === undefined) await migrate(url, { log: (line) => context.out(line) });
  return url;
}

function print(report: ImportReport, context: CliContext): void {
  const { stopped, imported, failures } = report;
  const began = imported > 0 || failures.length > 0 || stopped?.cause !== 'database';
  if (began) for (const line of reportLines(report)) context.out(line);
  if (stopped?.cause === 'database') process.stderr.write(`Import stopped: ${stopped.reason}.\n`);
}

function exitCode({ stopped, failures }: ImportReport): number {
  if (stopped?.cause === 'interrupted') return EXIT_INTERRUPTED;
  return failures.length > 0 || stopped !== undefined ? EXIT_FAILED : 0;
}
