import { byId, h } from './dom.js';
import { clock } from './format.js';

const REASONS = {
  'connection-lost': 'the connection was lost',
  'connect-failed': 'no connection could be made',
  unanswered: 'it did not answer in time',
  'backend-changed': 'the backend changed, as behind a transaction pooler',
  'not-listening': 'it does not listen any more, as behind a transaction pooler',
  standby: 'the server is a standby',
  'barrier-failed': 'a write could not be waited for',
};
const BREAKER = {
  open: ['bad', 'Breaker opened', 'L2 is not asked'],
  'half-open': ['warn', 'Breaker half open', 'one call tries L2'],
  closed: ['good', 'Breaker closed', 'L2 is in use'],
};
const FEED = {
  connected: ['good', 'Feed connected', ''],
  lost: ['bad', 'Feed lost', ''],
  'map-dropped': ['warn', 'Version map dropped', 'everything was looked up anew'],
};
const MOST = 60;
let shown = '';

/** What changed, newest first. @returns the same as marks for the graphs: { at, state, title } */
export function showTimeline({ shared, feed, flushes }) {
  const events = [
    ...breakerEvents(shared.timeline),
    ...feed.timeline.map((it) => eventOf(it, FEED[it.to])),
    ...flushes.map((it) => ({ ...eventOf(it, ['act', 'Flushed', '']), detail: flushOf(it.reason) })),
  ].sort((a, b) => b.at - a.at);
  const state = JSON.stringify(events);
  if (state !== shown) {
    shown = state;
    byId('timeline-empty').hidden = events.length > 0;
    byId('timeline').replaceChildren(...events.slice(0, MOST).map(itemOf));
  }
  return events;
}

/** While the store is away, the breaker tries, and opens again, and again: that is one outage. */
function breakerEvents(changes) {
  const events = [];
  for (const [i, change] of changes.entries()) {
    const isTrial = change.to === 'half-open' && i + 1 < changes.length;
    const isRepeat = change.to === 'open' && changes[i - 1]?.to === 'half-open' && events.length > 0;
    if (isRepeat) events.at(-1).trials++;
    else if (!isTrial) events.push({ ...eventOf(change, BREAKER[change.to]), trials: 0 });
  }
  return events.map(({ trials, ...event }) =>
    trials === 0 ? event : { ...event, detail: `${event.detail}, and ${trials} trials of it failed` },
  );
}

function eventOf({ at, to, reason, times }, [state, title, text] = ['warn', to, '']) {
  return {
    at: Date.parse(at),
    state,
    title,
    detail: reason === null ? text : (REASONS[reason] ?? reason),
    times,
  };
}

function flushOf(kind) {
  return kind === '*' ? 'everything' : `tag of kind ${kind}`;
}

function itemOf({ at, state, title, detail, times }) {
  const more = times > 1 ? `, ${times} times` : '';
  return h(
    'li',
    { 'data-state': state },
    h('time', { dateTime: new Date(at).toISOString() }, clock(at)),
    h('span', {}, h('strong', {}, title), detail === '' ? more : ` · ${detail}${more}`),
  );
}
