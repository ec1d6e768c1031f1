import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { invalidOption, THE_CACHE } from '../base/option-checks.js';
import type { EntryKey } from './entry-key.js';
import { formatVersion, type TagVersions } from '../versions/version.js';

/** What a key is made of beside the versions. */
export interface KeyedCall {
  readonly name: string;
  /** Made by `canonicalArguments`. */
  readonly args: string;
}

/** The keys of one call under one set of versions. What L2 needs is made when it is asked for, once. */
export interface CallKeys {
  /** In this process: the full arguments, never hashed. */
  readonly local: string;
  /** {@link local} without the versions. */
  readonly localPartition: string;
  readonly entry: EntryKey;
  /** The full arguments where `entry` has only their hash; to be verified in what is read. */
  readonly args: string | undefined;
}

/** In bytes of UTF-8. Together they stay below the 1,024 bytes of a partition. */
const LONGEST_NAMESPACE = 300;
const LONGEST_NAME = 400;
const LONGEST_ARGS = 200;
const LONGEST_VERSIONS = 900;

/** Makes keys for one namespace. With a secret, everything behind the namespace is an HMAC: keys tell nothing. */
export class KeyScheme {
  private readonly namespace: string;
  private readonly secret: KeyObject | undefined;

  /** @throws {CacheUsageError} when the namespace is empty or longer than 300 bytes, or the secret is empty */
  constructor(namespace: string, secret?: string) {
    this.namespace = escape(namespace).replaceAll(':', '%3a;');
    if (namespace === '' || Buffer.byteLength(this.namespace) > LONGEST_NAMESPACE) {
      throw invalidOption(THE_CACHE, 'namespace', `text of 1 to ${LONGEST_NAMESPACE} bytes`, namespace);
    }
    if (secret === '') throw invalidOption(THE_CACHE, 'keySecret', 'text that is not empty', secret);
    this.secret = secret === undefined ? undefined : createSecretKey(secret, 'utf8');
  }

  of(call: KeyedCall, versions: TagVersions): CallKeys {
    return new LazyKeys(call, versions, this.namespace, this.secret);
  }
}

class LazyKeys implements CallKeys {
  readonly local: string;
  readonly localPartition: string;
  private readonly versions: string;
  private entryKey: EntryKey | undefined;

  constructor(
    private readonly call: KeyedCall,
    versions: TagVersions,
    private readonly namespace: string,
    private readonly secret: KeyObject | undefined,
  ) {
    this.versions = versionsText(versions);
    // Only the name can have a line break or #, and in it both are escaped; so no two calls share a text.
    this.localPartition = `${escape(call.name)}#${call.args}`;
    this.local = `${this.localPartition}\n${this.versions}`;
  }

  get entry(): EntryKey {
    return (this.entryKey ??= this.secret === undefined ? this.readable() : this.secretive(this.secret));
  }

  get args(): string | undefined {
    return this.secret !== undefined || this.hasLongArgs ? this.call.args : undefined;
  }

  /** A type prefix tells a text from a hash: `=` or `~`. */
  private readable(): EntryKey {
    const name = escape(this.call.name);
    const shortName = isLong(name, LONGEST_NAME) ? `~${sha256(name)}` : name;
    const shortArgs = this.hasLongArgs ? `~${sha256(this.call.args)}` : `=${this.call.args}`;
    return {
      partition: `${this.namespace}:${shortName}#${shortArgs}`,
      versions: isLong(this.versions, LONGEST_VERSIONS) ? `~${sha256(this.versions)}` : this.versions,
    };
  }

  private secretive(secret: KeyObject): EntryKey {
    return {
      partition: `${this.namespace}:~${hmac(secret, `partition\n${this.localPartition}`)}`,
      versions: `~${hmac(secret, `versions\n${this.versions}`)}`,
    };
  }

  private get hasLongArgs(): boolean {
    return isLong(this.call.args, LONGEST_ARGS);
  }
}

/** Sorted `<tag>@<counter>.<nonce>`; `-` for none. Neither tags nor versions have a space or an @ in them. */
function versionsText(versions: TagVersions): string {
  if (versions.size === 0) return '-';
  let text = '';
  let last = '';
  for (const [tag, version] of versions) {
    const part = `${tag}@${formatVersion(version)}`;
    if (part < last) return sortedVersionsText(versions);
    text = text === '' ? part : `${text} ${part}`;
    last = part;
  }
  return text;
}

function sortedVersionsText(versions: TagVersions): string {
  return Array.from(versions, ([tag, version]) => `${tag}@${formatVersion(version)}`)
    .sort()
    .join(' ');
}

/** What separates the parts of a key, marks a hash, or is no character. */
const SPECIAL = /[%#~\p{Cc}\p{Cs}]/u;
const ALL_SPECIAL = new RegExp(SPECIAL, 'gu');

function escape(text: string): string {
  return SPECIAL.test(text)
    ? text.replace(ALL_SPECIAL, (character) => `%${character.charCodeAt(0).toString(16)};`)
    : text;
}

function isLong(text: string, maxBytes: number): boolean {
  return text.length > maxBytes || Buffer.byteLength(text) > maxBytes;
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

function hmac(secret: KeyObject, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}
