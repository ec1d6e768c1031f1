import { createHash, createHmac } from 'node:crypto';
import { CacheUsageError } from './errors.js';
import type { EntryKey } from './stores/cache-store.js';
import { formatVersion, type TagVersions } from './versions/version.js';

/** What a key is made of beside the versions. */
export interface KeyedCall {
  readonly name: string;
  /** Made by {@link canonicalArguments}. */
  readonly args: string;
}

/** The keys of one call under one set of versions. What L2 needs is made when it is asked for. */
export interface CallKeys {
  /** In this process: the full arguments, never hashed. */
  readonly local: string;
  /** {@link local} without the versions. */
  readonly localPartition: string;
  readonly entry: EntryKey;
  /** The full arguments where `entry` has only their hash; to be verified in what is read. */
  readonly args: string | undefined;
}

const LONGEST_ARGS = 200;
const LONGEST_VERSIONS = 900;

/** Makes keys for one namespace. With a secret, everything behind the namespace is an HMAC: keys tell nothing. */
export class KeyScheme {
  constructor(
    private readonly namespace: string,
    private readonly secret?: string,
  ) {}

  of(call: KeyedCall, versions: TagVersions): CallKeys {
    return new LazyKeys(call, versions, this.namespace, this.secret);
  }
}

class LazyKeys implements CallKeys {
  readonly local: string;
  readonly localPartition: string;
  private readonly versionsText: string;

  constructor(
    private readonly call: KeyedCall,
    versions: TagVersions,
    private readonly namespace: string,
    private readonly secret: string | undefined,
  ) {
    this.versionsText = versionsText(versions);
    this.localPartition = `${call.name}#${call.args}`;
    this.local = `${this.localPartition}\n${this.versionsText}`;
  }

  get entry(): EntryKey {
    const { name, args } = this.call;
    const shortArgs = args.length > LONGEST_ARGS ? `sha256:${sha256(args)}` : `=${args}`;
    const shortVersions =
      this.versionsText.length > LONGEST_VERSIONS ? `sha256:${sha256(this.versionsText)}` : this.versionsText;
    if (this.secret === undefined) {
      return { partition: `${this.namespace}:${name}#${shortArgs}`, versions: shortVersions };
    }
    return {
      partition: `${this.namespace}:hmac#${hmac(this.secret, `${name}#${args}`)}`,
      versions: hmac(this.secret, this.versionsText),
    };
  }

  get args(): string | undefined {
    const { args } = this.call;
    return this.secret === undefined && args.length <= LONGEST_ARGS ? undefined : args;
  }
}

/** Sorted `<tag>@<counter>.<nonce>`; `-` for none. */
function versionsText(versions: TagVersions): string {
  if (versions.size === 0) return '-';
  return [...versions]
    .map(([tag, version]) => `${tag}@${formatVersion(version)}`)
    .sort()
    .join(' ');
}

/**
 * One text for equal arguments, and different texts for different ones: sorted keys, and types told apart.
 * @throws {CacheUsageError} for functions, symbols, cycles, and objects of classes that have no canonical form
 */
export function canonicalArguments(args: readonly unknown[]): string {
  return canonical(args, []);
}

function canonical(value: unknown, parents: readonly unknown[]): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'undefined':
      return 'u';
    case 'function':
    case 'symbol':
      throw new CacheUsageError('CACHE_OPTIONS_INVALID', 'Functions and symbols cannot be part of a key.');
    case 'object':
      return value === null ? 'null' : canonicalObject(value, parents);
  }
}

function canonicalObject(value: object, parents: readonly unknown[]): string {
  if (parents.includes(value))
    throw new CacheUsageError('CACHE_OPTIONS_INVALID', 'Arguments must not contain themselves.');
  const path = [...parents, value];
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, path)).join(',')}]`;
  if (value instanceof Date) return `d(${value.getTime()})`;
  if (value instanceof Uint8Array) return `b(${Buffer.from(value).toString('base64')})`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new CacheUsageError(
      'CACHE_OPTIONS_INVALID',
      'Only plain objects, arrays, dates and bytes can be part of a key.',
    );
  }
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item, path)}`).join(',')}}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}
