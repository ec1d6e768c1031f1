import { isUuid, uuidV5 } from '../common/uuid.js';

/**
 * The namespace of every id that is derived rather than taken over. It must never change: with another one, a second
 * import would add every such row again.
 */
const NAMESPACE = '6f2c1f0e-5f0b-4a53-9d0c-2b7a3f6c81e4';

/** A resource's logical id: https://hl7.org/fhir/R4/datatypes.html#id */
const LOGICAL_ID = /^[A-Za-z0-9.-]{1,64}$/;
const URN_UUID = /^urn:uuid:(.*)$/i;
/** `Patient/12`, `https://server/fhir/Patient/12` and `Patient/12/_history/3` name the same resource. */
const TYPED_REFERENCE =
  /^(?:.*\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** The row id of a resource: its logical id when that is a uuid, else a uuid made from type and id. */
export function rowId(type: string, logicalId: string): string {
  return isUuid(logicalId) ? logicalId.toLowerCase() : uuidV5(NAMESPACE, `${type}/${logicalId}`);
}

/** The row id of the component at `index` of an Observation whose own row id is `observationId`. */
export function componentRowId(observationId: string, index: number): string {
  return uuidV5(NAMESPACE, `Observation/${observationId}#component/${index}`);
}

/**
 * The row id of an entry's resource; a resource that is to be created may have no id yet, and is then known by its
 * entry's `fullUrl`. Undefined: nothing would find the row again in the next import.
 */
export function entryRowId(
  type: string,
  id: string | undefined,
  fullUrl: string | undefined,
): string | undefined {
  if (id !== undefined) return LOGICAL_ID.test(id) ? rowId(type, id) : undefined;
  const target = fullUrl === undefined ? undefined : parseReference(fullUrl);
  return target === undefined || (target.type !== undefined && target.type !== type) ? undefined : target.id;
}

/** What a reference names: the type is unknown where only a `urn:uuid:` is given. */
export interface ReferenceTarget {
  readonly type: string | undefined;
  /** A row id. */
  readonly id: string;
}

/** Reads a literal reference. Undefined: a form that names no resource by type and id, such as a search or `#id`. */
export function parseReference(reference: string): ReferenceTarget | undefined {
  const urn = URN_UUID.exec(reference)?.[1];
  if (urn !== undefined) return isUuid(urn) ? { type: undefined, id: urn.toLowerCase() } : undefined;
  const [, type, id] = TYPED_REFERENCE.exec(reference) ?? [];
  return type === undefined || id === undefined ? undefined : { type, id: rowId(type, id) };
}
