import { byId, setText } from './dom.js';
import { bytes, clock, count, duration } from './format.js';

const FEED = {
  live: ['good', 'Live', 'Versions are known from memory'],
  distrusted: ['warn', 'Distrusted', 'Versions are read on every request'],
  dead: ['bad', 'Lost', 'Versions are read on every request'],
};
const BREAKER = {
  closed: ['good', 'Closed', 'L2 is in use'],
  'half-open': ['warn', 'Half open', 'One call is trying whether L2 is back'],
  open: ['bad', 'Open', 'L2 is not asked; every instance loads for itself'],
  none: ['off', 'No L2', 'CACHE_STORE=memory: this process only'],
};

/** One sentence on how things are: the worst that is true. */
export function showVerdict({ since, total, shared, feed }) {
  const [state, title, text] = verdictOf(total, shared, feed);
  byId('verdict').dataset.state = state;
  setText(byId('verdict-title'), title);
  setText(byId('verdict-text'), text);
  setText(byId('since'), `Counting since ${clock(since)}, ${duration(Date.now() - Date.parse(since))} ago`);
}

function verdictOf({ inconsistencies }, shared, feed) {
  if (inconsistencies > 0) {
    const times = inconsistencies === 1 ? 'One answer was' : `${count(inconsistencies)} answers were`;
    return ['bad', `${times} wrong`, 'Flush, then find out how data changed without its version.'];
  }
  if (shared.state === 'open') {
    return [
      'bad',
      'The shared tier is out',
      'The breaker is open. Answers are right, and cost the origin more.',
    ];
  }
  if (feed.state !== 'live') {
    return ['warn', 'The version feed is not live', 'Answers are right, and cost one look-up each.'];
  }
  if (shared.state === 'half-open') return ['warn', 'The shared tier is being tried', 'One call decides.'];
  return ['good', 'All is well', 'Every tier works, and no checked answer was wrong.'];
}

/** The four cards of states. */
export function showStates({ feed, shared, total, routes, local }) {
  const [feedState, feedName, feedText] = FEED[feed.state];
  card('feed', feedState, feedName, `${feedText} · ${count(feed.invalidations)} changes heard of`);

  const [breakerState, breakerName, breakerText] = BREAKER[shared.state];
  const faults = sum(Object.values(shared.faults));
  card(
    'breaker',
    breakerState,
    breakerName,
    faults === 0 ? breakerText : `${breakerText} · ${count(faults)} faults`,
  );

  showCheck(total, routes);
  const used = local.bytes / local.maxBytes;
  card(
    'memory',
    'plain',
    bytes(local.bytes),
    `of ${bytes(local.maxBytes)} · ${count(local.entries)} ${local.entries === 1 ? 'entry' : 'entries'}`,
  );
  byId('memory-meter').value = used;
}

function showCheck({ inconsistencies }, routes) {
  const of = (outcome) => sum(routes.map(({ checks }) => checks[outcome] ?? 0));
  const compared = of('consistent') + inconsistencies;
  if (inconsistencies > 0) {
    return card(
      'self-check',
      'bad',
      `${count(inconsistencies)} wrong`,
      `of ${count(compared)} hits compared with the origin`,
    );
  }
  const undecided = of('changed') + of('failed');
  const note = undecided === 0 ? '' : ` · ${count(undecided)} undecided`;
  return compared === 0
    ? card('self-check', 'off', 'No sample yet', `Hits after a change, and one in 1,000, are compared${note}`)
    : card('self-check', 'good', '0 wrong', `of ${count(compared)} hits compared with the origin${note}`);
}

function card(id, state, badge, note) {
  const element = byId(id);
  element.dataset.state = state;
  setText(element.querySelector('.badge'), badge);
  setText(element.querySelector('.note'), note);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
