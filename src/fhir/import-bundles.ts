import { FileFailure } from './bundle/file-failure.js';
import { findFiles, type FoundFile } from './bundle/find-files.js';
import { readBundle } from './bundle/read-bundle.js';
import type { BundleCounts, BundleRepository } from './bundle.repository.js';
import { DatabaseUnusable } from './database-fault.js';
import { ImportReport } from './import-report.js';
import type { MappedBundle } from './mapping/bundle-drafts.js';
import { BundleMapper } from './mapping/bundle-mapper.js';

/** Is told how an import goes. */
export interface ImportProgress {
  started(files: number): void;
  imported(path: string, counts: BundleCounts): void;
  failed(path: string, reason: string): void;
}

export interface ImportOptions {
  readonly repository: BundleRepository;
  readonly progress: ImportProgress;
  /** Aborted: the import ends after the file in hand. */
  readonly signal?: AbortSignal;
}

/**
 * Imports the FHIR bundles that `paths` name: files, and folders with all that is below them. One file is in memory at a
 * time, and is written in one transaction. A file that cannot be imported stops nothing but itself; the loss of the
 * database ends the import. Nothing is thrown for either: the report says it.
 */
export async function importBundles(paths: readonly string[], options: ImportOptions): Promise<ImportReport> {
  const { repository, progress, signal } = options;
  const report = new ImportReport();
  try {
    await repository.check();
    progress.started(await countFiles(paths));
    for await (const file of findFiles(paths)) {
      if (signal?.aborted === true) {
        report.stopped = { cause: 'interrupted' };
        break;
      }
      await importFile(file, report, options);
    }
  } catch (error) {
    if (!(error instanceof DatabaseUnusable)) throw error;
    report.stopped = { cause: 'database', reason: error.reason };
  }
  return report;
}

async function importFile(
  file: FoundFile,
  report: ImportReport,
  { repository, progress }: ImportOptions,
): Promise<void> {
  try {
    if (file.failure !== undefined) throw file.failure;
    const { counts, built } = await importBundle(file.path, repository);
    report.add(counts, built);
    progress.imported(file.path, counts);
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    report.failures.push({ path: file.path, reason: error.reason });
    progress.failed(file.path, error.reason);
  }
}

async function importBundle(
  path: string,
  repository: BundleRepository,
): Promise<{ counts: BundleCounts; built: MappedBundle }> {
  const mapper = new BundleMapper();
  await readBundle(path, (entry) => mapper.add(entry));
  return repository.write(mapper.patientsElsewhere(), (existing) => mapper.resolve(existing));
}

/** Walks over the folders once more, so that no list of a million names has to be kept. */
async function countFiles(paths: readonly string[]): Promise<number> {
  const files = findFiles(paths);
  let count = 0;
  while ((await files.next()).done !== true) count += 1;
  return count;
}
