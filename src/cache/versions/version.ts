import type { Tag } from './tag.js';

/**
 * The version of a tag. `counter` orders; `nonce`, drawn at every bump, keeps versions apart whose counters repeat after
 * a restore or a lossy fail-over. Both are part of every key.
 */
export interface Version {
  readonly counter: number;
  readonly nonce: string;
}

/** Versions of several tags; a tag without a row in the authority is absent. */
export type TagVersions = ReadonlyMap<Tag, Version>;

const FORM = /^(\d{1,15})\.([0-9a-z]{1,32})$/;

/** `17.9f3ac1`. */
export function formatVersion({ counter, nonce }: Version): string {
  return `${counter}.${nonce}`;
}

/** Undefined when `text` is no version. */
export function parseVersion(text: string): Version | undefined {
  const match = FORM.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { counter: Number(match[1]), nonce: match[2] };
}

/** Whether `version` is surely older than `other`. Equal counters with different nonces have no order. */
export function isOlder(version: Version, other: Version): boolean {
  return version.counter < other.counter;
}

/** The one with the higher counter; of equal ones the second, which was heard later. */
export function newerOf(version: Version | undefined, other: Version): Version {
  return version !== undefined && isOlder(other, version) ? version : other;
}

/** Whether both are the same bump of the same tag. */
export function isSame(version: Version, other: Version | undefined): boolean {
  return version.counter === other?.counter && version.nonce === other.nonce;
}
