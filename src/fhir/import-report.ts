import type { BundleCounts, RowCounts } from './bundle.repository.js';
import type { MappedBundle } from './mapping/bundle-drafts.js';
import { Tally } from './tally.js';

/** A file that was not imported. */
export interface FailedFile {
  readonly path: string;
  /** Says what is wrong with the file, without its content. */
  readonly reason: string;
}

export type ReportedTable = keyof BundleCounts;

/** Why an import ended before its last file. */
export type Stop =
  { readonly cause: 'interrupted' } | { readonly cause: 'database'; readonly reason: string };

const NO_ROWS: RowCounts = { created: 0, updated: 0, unchanged: 0, removed: 0 };

/** What an import did. Of a file that failed nothing is counted but the failure. */
export class ImportReport {
  imported = 0;
  readonly failures: FailedFile[] = [];
  readonly counts: Record<ReportedTable, RowCounts> = {
    patients: NO_ROWS,
    exams: NO_ROWS,
    medications: NO_ROWS,
  };
  /** Resources that were left out. */
  readonly skipped = new Tally();
  /** Resources that were imported otherwise than they stood there. */
  readonly notes = new Tally();
  stopped: Stop | undefined;

  add(counts: BundleCounts, { skipped, notes }: MappedBundle): void {
    this.imported += 1;
    for (const table of ['patients', 'exams', 'medications'] as const) {
      this.counts[table] = sum(this.counts[table], counts[table]);
    }
    this.skipped.addAll(skipped);
    this.notes.addAll(notes);
  }
}

function sum(a: RowCounts, b: RowCounts): RowCounts {
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    removed: a.removed + b.removed,
  };
}
