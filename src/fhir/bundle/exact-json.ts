/**
 * A JSON number as it is written. `7.10` and `7.1` are the same to JavaScript, not to a clinician: FHIR demands that
 * the precision of a decimal is kept (https://hl7.org/fhir/R4/datatypes.html#decimal).
 */
export class JsonNumber {
  constructor(readonly source: string) {}
}

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** TypeScript does not know the third argument of a reviver yet: https://tc39.es/proposal-json-parse-with-source/ */
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;

/**
 * Parses JSON with every number as a {@link JsonNumber}. It takes up to 900 bytes of memory for each value, so that the
 * number of values must be bounded.
 * @throws {SyntaxError} where `text` is not JSON
 */
export function parseExactJson(text: string): unknown {
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' ? new JsonNumber(source ?? String(value)) : value,
  );
}
