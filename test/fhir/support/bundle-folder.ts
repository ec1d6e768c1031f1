import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const OWN_SAMPLES = resolve('test/samples');
const SYNTHEA = resolve(process.env['FHIR_SAMPLES'] ?? '../shared/data/fhir-r4');

/** The folders with bundles that there are: the project's own always; FHIR_SAMPLES, or 23 Synthea patients next to it. */
export const BUNDLE_FOLDERS: readonly string[] = [OWN_SAMPLES, ...(existsSync(SYNTHEA) ? [SYNTHEA] : [])];

/** All bundles below a folder. */
export function bundlesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.json(\.gz)?$/.test(name))
    .map((name) => join(folder, name));
}
