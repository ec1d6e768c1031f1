import { Timeline } from './timeline.js';

describe('Timeline', () => {
  it('keeps changes in order, with their reasons', () => {
    const timeline = new Timeline();
    timeline.add(1, 'connected');
    timeline.add(2, 'lost', 'unanswered');

    expect(timeline.all).toEqual([
      { atMs: 1, to: 'connected', reason: undefined, times: 1 },
      { atMs: 2, to: 'lost', reason: 'unanswered', times: 1 },
    ]);
  });

  it('equal ones in a row are one, dated by the first', () => {
    const timeline = new Timeline();
    timeline.add(1, 'connected');
    for (const atMs of [2, 3, 4]) timeline.add(atMs, 'lost', 'connect-failed');
    timeline.add(5, 'lost', 'standby');

    expect(timeline.all.map(({ atMs, times }) => [atMs, times])).toEqual([
      [1, 1],
      [2, 3],
      [5, 1],
    ]);
  });

  it('holds the last fifty', () => {
    const timeline = new Timeline();
    for (let i = 0; i < 120; i++) timeline.add(i, i % 2 === 0 ? 'open' : 'half-open');

    expect(timeline.all).toHaveLength(50);
    expect(timeline.all[0]?.atMs).toBe(70);
  });
});
