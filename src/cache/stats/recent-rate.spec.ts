import { RecentRate } from './recent-rate.js';

const second = (n: number): number => n * 1_000;

describe('RecentRate', () => {
  it('is zero before the first second is over', () => {
    const rate = new RecentRate(second(5));
    rate.add(second(5));

    expect(rate.perSecond(second(5) + 999)).toBe(0);
  });

  it('divides by the seconds that there were, while they are fewer than sixty', () => {
    const rate = new RecentRate(second(100));
    for (let i = 0; i < 30; i++) rate.add(second(101));

    expect(rate.perSecond(second(110))).toBe(3);
  });

  it('forgets what is older than a minute', () => {
    const rate = new RecentRate(0);
    for (let i = 0; i < 60; i++) rate.add(second(1));

    expect(rate.perSecond(second(61))).toBe(1);
    expect(rate.perSecond(second(62))).toBe(0);
  });

  it('begins a slot anew when the ring comes round to it', () => {
    const rate = new RecentRate(0);
    for (let i = 0; i < 600; i++) rate.add(second(7));
    rate.add(second(67));

    expect(rate.perSecond(second(68))).toBeCloseTo(1 / 60);
  });
});
