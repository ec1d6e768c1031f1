/**
 * What one file may cost. A gzip file can hold a thousand times its own size, and a JSON tree of empty objects takes
 * thirty times the bytes of its text: so a file is bounded, and so is what a single entry of it may become
 * (docs/adr/0006-fhir-import.md).
 */
export const FILE_LIMITS = {
  /** Of the file's content, uncompressed. */
  maxBytes: 256 * 1024 * 1024,
  maxEntries: 100_000,
  /** Of one entry, or of one other member of the bundle. */
  maxValueBytes: 16 * 1024 * 1024,
  /** Values of any kind inside it: large is allowed for the documents that a report may carry, as one string. */
  maxValueNodes: 200_000,
  maxDepth: 200,
} as const;

export type FileLimits = Readonly<Record<keyof typeof FILE_LIMITS, number>>;

/** Text columns, in UTF-16 units: what the API takes for the same fields. */
export const TEXT_LIMITS = {
  personName: 100,
  phone: 50,
  email: 254,
  address: 500,
  code: 100,
  codeSystem: 200,
  name: 500,
  result: 4_000,
  unit: 50,
  dosage: 1_000,
} as const;
