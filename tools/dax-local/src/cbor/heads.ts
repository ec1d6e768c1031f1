/** Major types, the upper three bits of an initial byte (RFC 8949, section 3.1). */
export const MAJOR = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;

/** The lower five bits that say "no length here; a break ends it". */
export const INDEFINITE = 31;

/** Whole initial bytes. */
export const BYTE = {
  indefiniteMap: 0xbf,
  false: 0xf4,
  true: 0xf5,
  null: 0xf6,
  float16: 0xf9,
  float32: 0xfa,
  float64: 0xfb,
  break: 0xff,
} as const;

/** Tags of RFC 8949 and of DAX. */
export const TAG = {
  positiveBignum: 2,
  negativeBignum: 3,
  decimalFraction: 4,
  stringSet: 3321,
  numberSet: 3322,
  binarySet: 3323,
  listIndex: 3324,
} as const;

/** Bytes of the argument that follows an initial byte; -1 where the lower bits are reserved. */
export function argumentBytes(info: number): number {
  if (info < 24 || info === INDEFINITE) return 0;
  return info > 27 ? -1 : 1 << (info - 24);
}
