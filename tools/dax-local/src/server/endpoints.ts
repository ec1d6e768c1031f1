import { isIP } from 'node:net';
import { CborWriter } from '../cbor/cbor-writer.js';

/** A node as clients learn of it. */
export interface Endpoint {
  readonly id: number;
  readonly hostname: string;
  /** An IP address: clients connect to it, and ignore the name. */
  readonly address: string;
  readonly port: number;
  readonly isLeader: boolean;
}

const FIELD = { id: 0, hostname: 1, address: 2, port: 3, role: 4, zone: 5, leaderSession: 6 } as const;
const ROLE = { leader: 1, replica: 2 } as const;

/** The answer to `endpoints`: a map of numbered fields for each node. */
export function encodeEndpoints(endpoints: readonly Endpoint[], leaderSession: number): Buffer {
  const writer = new CborWriter().array(endpoints.length);
  for (const { id, hostname, address, port, isLeader } of endpoints) {
    writer.map(Object.keys(FIELD).length);
    writer.integer(FIELD.id).integer(id);
    writer.integer(FIELD.hostname).text(hostname);
    writer.integer(FIELD.address).bytes(addressBytes(address));
    writer.integer(FIELD.port).integer(port);
    writer.integer(FIELD.role).integer(isLeader ? ROLE.leader : ROLE.replica);
    writer.integer(FIELD.zone).text('local-1a');
    writer.integer(FIELD.leaderSession).integer(leaderSession);
  }
  return writer.finish();
}

/** 4 bytes of an IPv4 address (also one written as IPv6), 16 of an IPv6 address. @throws {TypeError} */
export function addressBytes(address: string): Buffer {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(plain) === 4) return Buffer.from(plain.split('.').map(Number));
  if (isIP(plain) !== 6) throw new TypeError(`no IP address: ${address}`);
  // The URL parser writes it in its shortest form, without dots.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
