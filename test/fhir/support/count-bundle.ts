import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** What the record of one patient must hold, by the patient's name. */
export type Expected = Map<string, { exams: number; medications: number }>;

interface AnyResource {
  resourceType: string;
  id: string;
  status?: string;
  subject?: { reference: string };
  component?: unknown[];
  name?: { use?: string; family?: string; given?: string[]; text?: string }[];
  [member: string]: unknown;
}

/**
 * Counts what a bundle holds for each of its patients, straight from its JSON. It shares nothing with the import, and
 * relies on what holds for the bundles of the tests: every subject is in the bundle, and names tell patients apart.
 */
export function countBundle(path: string): Expected {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const { entry } = JSON.parse(text) as { entry: { fullUrl: string; resource: AnyResource }[] };

  const nameOf = new Map<string, string>();
  const counts: Expected = new Map();
  for (const { fullUrl, resource } of entry.filter(({ resource }) => resource.resourceType === 'Patient')) {
    const name = JSON.stringify(patientName(resource));
    nameOf.set(fullUrl, name).set(`Patient/${resource.id}`, name);
    counts.set(name, { exams: 0, medications: 0 });
  }
  for (const { resource } of entry) {
    const count = counts.get(nameOf.get(resource.subject?.reference ?? '') ?? '');
    if (count === undefined || resource.status === 'entered-in-error') continue;
    if (resource.resourceType === 'MedicationRequest') count.medications += 1;
    if (resource.resourceType === 'DiagnosticReport') count.exams += 1;
    if (resource.resourceType === 'Observation') count.exams += examsOf(resource);
  }
  return counts;
}

/** A blood pressure without a value of its own counts as its two components. */
function examsOf(observation: AnyResource): number {
  const components = observation.component?.length ?? 0;
  const ownValue = Object.keys(observation).some((member) => member.startsWith('value'));
  return components + (ownValue || components === 0 ? 1 : 0);
}

function patientName({ name = [] }: AnyResource): (string | undefined)[] {
  const [official = name[0]] = name.filter(({ use }) => use === 'official');
  return [official?.family ?? official?.text ?? '-', official?.given?.join(' ') ?? '-'];
}
