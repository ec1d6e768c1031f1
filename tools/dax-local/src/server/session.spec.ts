import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { CborReader } from '../cbor/cbor-reader.js';
import { Faults } from './faults.js';
import { Session, type SessionNode } from './session.js';

it('a request that is delayed on order ends with its connection, and is not carried out', async () => {
  const socket = new EventEmitter();
  const faults = new Faults();
  let asked = false;
  const endpoints = (): Buffer => {
    asked = true;
    return Buffer.of();
  };
  const node = { id: 0, faults, endpoints } as unknown as SessionNode;
  const session = new Session(node, socket as Socket);
  faults.order({ kind: 'delay', delayMs: 20_000, methods: ['endpoints'] });

  const outcome = session.handle('endpoints', new CborReader(Buffer.of())).then(
    () => 'answered',
    () => 'ended',
  );
  socket.emit('close');
  const later = new Promise((resolve) => setImmediate(resolve, 'still waits'));

  expect(await Promise.race([outcome, later])).toBe('ended');
  expect(asked).toBe(false);
});
