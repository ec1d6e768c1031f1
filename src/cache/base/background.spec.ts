import { Background } from './background.js';
import { Gate, turn } from '../../../test/support/cache-gate.js';

describe('Background', () => {
  // Guards background.ts, run: `size >= this.limit`.
  it('begins no more than its limit at once, and says so', async () => {
    const background = new Background(2);
    const gate = new Gate();
    let begun = 0;
    const work = () => {
      begun++;
      return gate.pass();
    };

    expect([background.run(work), background.run(work), background.run(work)]).toEqual([true, true, false]);
    expect(begun).toBe(2);
    gate.open();
    await turn();
    expect(background.size).toBe(0);
    expect(background.run(() => Promise.resolve())).toBe(true);
  });

  // Guards background.ts, settle: `Promise.allSettled(this.running)`.
  it('settle waits for what is under way', async () => {
    const background = new Background(10);
    const gate = new Gate();
    let hasEnded = false;
    background.run(() => gate.pass().then(() => void (hasEnded = true)));
    const settled = background.settle(60_000);
    gate.open();
    await settled;

    expect(hasEnded).toBe(true);
  });

  // Guards background.ts, settle: the deadline.
  it('settle gives up on work that never ends', async () => {
    const background = new Background(10);
    background.run(() => new Promise(() => undefined));

    await background.settle(1);
    expect(background.size).toBe(1);
  });

  // Guards deadline.ts, withDeadline: `clearTimeout`.
  it('settle leaves no timer behind', async () => {
    const background = new Background(10);
    const before = timers();
    await background.settle(60_000);

    expect(timers()).toBe(before);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
