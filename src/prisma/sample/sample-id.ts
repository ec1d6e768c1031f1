import { createHash } from 'node:crypto';

/**
 * The id of the sample row `name`: a uuid of version 8 (RFC 9562) from its name alone, so that a row keeps its id whatever a
 * new version of the data generator makes of its content.
 */
export function sampleId(name: string): string {
  const hex = createHash('sha256').update(`careline sample ${name}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
