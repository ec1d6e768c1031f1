/** A header field as Node has it. */
export type HeaderValue = number | string | readonly string[] | undefined;

/** The field names of a `Vary`, in lower case. */
export function varyFields(value: HeaderValue): readonly string[] {
  if (value === undefined) return [];
  return String(value)
    .toLowerCase()
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '');
}

/** All fields of all `values`, each once. `*` says that nothing is known to be enough, and stands alone. */
export function mergeVary(...values: readonly HeaderValue[]): string {
  const fields = new Set(values.flatMap(varyFields));
  return fields.has('*') ? '*' : [...fields].join(', ');
}
