import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { DaxLocalOptions } from './server/options.js';

export const USAGE = `dax-local: a DAX cluster on this machine, in front of a DynamoDB

  --port N                 port of discovery (8111); several nodes listen on the ports that follow
  --dynamodb-endpoint URL  the DynamoDB behind it (http://127.0.0.1:8000)
  --region NAME            region for requests to DynamoDB (us-east-1)
  --host ADDRESS           address to listen on (127.0.0.1)
  --advertise ADDRESS      IP address that clients are told to connect to (the one they came in at)
  --nodes N                number of nodes (1)
  --replication-lag-ms N   how long a write takes to the caches of other nodes (0)
  --item-ttl-ms N          life of an item in the cache (300000)
  --query-ttl-ms N         life of a query's answer in the cache (300000)
  --tls                    TLS (port 9111), with a certificate made at the start and written to the data directory
  --tls-key FILE           with this key and certificate instead, in PEM
  --tls-cert FILE
  --data-dir PATH          keeps the numbers of attribute lists over a restart (.dax-local)
  --help`;

const DEFAULT_PORT = 8111;
const DEFAULT_TLS_PORT = 9111;

/** @throws {TypeError} for options that are unknown or have no sensible value */
export function readArguments(args: readonly string[]): DaxLocalOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      'dynamodb-endpoint': { type: 'string' },
      region: { type: 'string' },
      host: { type: 'string' },
      advertise: { type: 'string' },
      nodes: { type: 'string' },
      'replication-lag-ms': { type: 'string' },
      'item-ttl-ms': { type: 'string' },
      'query-ttl-ms': { type: 'string' },
      tls: { type: 'boolean' },
      'tls-key': { type: 'string' },
      'tls-cert': { type: 'string' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const { region, host, advertise } = values;
  const endpoint = values['dynamodb-endpoint'];
  const tls = tlsOption(values.tls, values['tls-key'], values['tls-cert']);
  const itemTtlMs = wholeNumber('item-ttl-ms', values['item-ttl-ms'], 1);
  const queryTtlMs = wholeNumber('query-ttl-ms', values['query-ttl-ms'], 1);
  return {
    port: wholeNumber('port', values.port, 0) ?? (tls === undefined ? DEFAULT_PORT : DEFAULT_TLS_PORT),
    nodes: wholeNumber('nodes', values.nodes, 1) ?? 1,
    replicationLagMs: wholeNumber('replication-lag-ms', values['replication-lag-ms'], 0) ?? 0,
    dataDir: values['data-dir'] ?? '.dax-local',
    ...(endpoint !== undefined && { dynamodbEndpoint: endpoint }),
    ...(tls !== undefined && { tls }),
    ...(region !== undefined && { region }),
    ...(host !== undefined && { host }),
    ...(advertise !== undefined && { advertise }),
    ...(itemTtlMs !== undefined && { itemCache: { ttlMs: itemTtlMs } }),
    ...(queryTtlMs !== undefined && { queryCache: { ttlMs: queryTtlMs } }),
  };
}

function tlsOption(
  flag: boolean | undefined,
  keyFile: string | undefined,
  certFile: string | undefined,
): DaxLocalOptions['tls'] {
  if ((keyFile === undefined) !== (certFile === undefined))
    throw new TypeError('--tls-key and --tls-cert go together');
  if (keyFile !== undefined && certFile !== undefined)
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  return flag === true ? true : undefined;
}

function wholeNumber(name: string, text: string | undefined, minimum: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum)
    throw new TypeError(`--${name}: a whole number from ${minimum}`);
  return value;
}
