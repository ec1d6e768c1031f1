import { byId, setShares, setText } from './dom.js';
import { count, duration, NONE, percent, rate, units, usd } from './format.js';
import { hitRatio } from './history.js';

/** The four tiles at the top. */
export function showOverview({ total, shared, perSecond }, history) {
  const minute = history.last();
  showRatio(total, minute.total);
  const perSecondNow = minute.seconds === 0 ? perSecond.requests : minute.total.requests / minute.seconds;
  setText(byId('request-rate'), rate(perSecondNow));
  setText(byId('request-note'), `${count(total.requests)} since the start, ${count(total.loads)} loads`);

  setText(byId('avoided'), count(total.saved.loads));
  setText(byId('avoided-note'), `about ${duration(total.saved.loadMs)} of the database’s time`);
  showSavings(total, shared);
}

function showRatio(total, live) {
  const all = { requests: total.requests, ...total.hits };
  const ratio = hitRatio(live) ?? hitRatio(all);
  setText(byId('hit-ratio'), percent(ratio));
  setShares(byId('hit-split'), live.requests === 0 ? [0, 0, 0] : [live.L1, live.L2, live.origin]);
  const { requests, L1, L2, origin } = live;
  const share = (part) => percent(part / requests);
  setText(
    byId('hit-split-text'),
    requests === 0
      ? total.requests === 0
        ? 'No request yet'
        : 'No request in the last minute: since the start'
      : `L1 ${share(L1)} · L2 ${share(L2)} · origin ${share(origin)}`,
  );
}

function showSavings({ saved, usd: spent, readUnits, writeUnits }, { state }) {
  if (state === 'none') {
    setText(byId('saved'), NONE);
    setText(byId('saved-note'), 'No shared tier: no capacity is bought');
    return;
  }
  setText(byId('saved'), usd(saved.usd));
  setText(
    byId('saved-note'),
    `${units(saved.readUnits)} read units by L1 · spent ${usd(spent)} on ${units(readUnits)} read and ${units(writeUnits)} write units`,
  );
}
