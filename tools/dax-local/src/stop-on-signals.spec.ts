import { EventEmitter } from 'node:events';
import { stopOnSignals } from './stop-on-signals.js';

function listen() {
  const signals = new EventEmitter();
  const did = { stops: 0, exits: [] as number[] };
  const clock = { ms: 0 };
  stopOnSignals(
    () => {
      did.stops++;
      return Promise.withResolvers<void>().promise;
    },
    { signals, exit: (code) => did.exits.push(code), now: () => clock.ms },
  );
  return { signals, did, clock };
}

it('a signal that is passed on once more neither stops again nor ends the process before it has stopped', () => {
  const { signals, did, clock } = listen();

  signals.emit('SIGINT');
  clock.ms = 499;
  // Without a listener Node lets the signal kill the process.
  const isHeard = [signals.emit('SIGINT'), signals.emit('SIGTERM')];

  expect(did).toEqual({ stops: 1, exits: [] });
  expect(isHeard).toEqual([true, true]);
});

it.each(['SIGINT', 'SIGTERM'])('a second signal, %s, ends the process at once', (second) => {
  const { signals, did, clock } = listen();

  signals.emit('SIGINT');
  clock.ms = 500;
  signals.emit(second);

  expect(did).toEqual({ stops: 1, exits: [1] });
});
