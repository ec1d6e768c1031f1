// Shifts Date.now of this process by the ms that a file says; it is read again at SIGUSR2.
import { readFileSync } from 'node:fs';

const file = process.env.FRESHNESS_CLOCK;
if (file !== undefined) {
  const real = Date.now;
  const read = () => Number(readFileSync(file, 'utf8'));
  let shiftMs = read();
  process.on('SIGUSR2', () => (shiftMs = read()));
  Date.now = () => real() + shiftMs;
}
