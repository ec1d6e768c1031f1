/**
 * What one file may cost. A gzip file can hold a thousand times its own size, and a JSON tree takes up to fifty times
 * the bytes of its text, so both the file and a single entry are bounded (docs/adr/0006-fhir-import.md).
 */
export const FILE_LIMITS = {
  /** Of the file's content, uncompressed. */
  maxBytes: 256 * 1024 * 1024,
  maxEntries: 100_000,
  /** Of one entry, or of one other member of the bundle. */
  maxValueBytes: 8 * 1024 * 1024,
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
