import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ListHash } from '../protocol/attribute-lists.js';
import type { Credentials } from '../protocol/signature.js';
import type { Limits } from './limits.js';

/** Bounds of one cache of a node. */
export interface CacheBounds {
  /** More than zero; Infinity keeps entries until others push them out. */
  readonly ttlMs?: number;
  /** Zero turns the cache off. */
  readonly maxBytes?: number;
}

export interface DaxLocalOptions {
  /** A client of the DynamoDB behind the cache; it stays the caller's to destroy. */
  readonly dynamodb?: DynamoDBClient;
  /** In place of `dynamodb`: where it listens. http://127.0.0.1:8000 when absent. */
  readonly dynamodbEndpoint?: string;
  /** `us-east-1` when absent. */
  readonly region?: string;
  /** Address to listen on, 127.0.0.1 when absent. */
  readonly host?: string;
  /**
   * Port of discovery; 0, which is the default, takes any that is free. A single node answers there too. Several nodes
   * take the ports that follow, or free ones.
   */
  readonly port?: number;
  /** IP address that clients are told to connect to; absent: the one they came in at. */
  readonly advertise?: string;
  /** 1 when absent. */
  readonly nodes?: number;
  /** How long a write takes from the node that took it to the caches of the others; 0 when absent. */
  readonly replicationLagMs?: number;
  /** Of each node; 5 minutes and 64 MiB when absent, as DAX has it. */
  readonly itemCache?: CacheBounds;
  /** As `itemCache`. */
  readonly queryCache?: CacheBounds;
  /**
   * Where the numbers of attribute lists are kept, so that clients outlive a restart. Absent: in memory; clients of
   * before a restart then get errors.
   */
  readonly dataDir?: string;
  /**
   * TLS, with a certificate that is made at the start (see `DaxLocal.certificate`), or with this one, both as PEM. Absent:
   * plain TCP.
   */
  readonly tls?: true | { readonly key: string; readonly cert: string };
  /** Who may sign in. Absent: everybody, with any credentials or none. */
  readonly credentials?: readonly Credentials[];
  /** For tests of clients: the numbers of attribute lists. Absent: a hash, as they should be. */
  readonly listHash?: ListHash;
  readonly limits?: Partial<Limits>;
  /** Takes one line for people; nothing is logged when absent. */
  readonly log?: (line: string) => void;
}
