import { EventEmitter } from 'node:events';
import { stopOnSignals } from './stop-on-signals.js';

it('a second signal neither stops again nor kills the process before it has stopped', () => {
  const signals = new EventEmitter();
  let stops = 0;
  stopOnSignals(() => {
    stops++;
    return Promise.withResolvers<void>().promise;
  }, signals);

  signals.emit('SIGINT');
  // Without a listener Node lets the signal kill the process.
  const isHeard = [signals.emit('SIGINT'), signals.emit('SIGTERM')];

  expect(stops).toBe(1);
  expect(isHeard).toEqual([true, true]);
});
