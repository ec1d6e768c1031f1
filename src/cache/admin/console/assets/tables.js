import { byId, h, setShares, setText } from './dom.js';
import { count, ms, percent, rate, units } from './format.js';
import { hitRatio, quantile } from './history.js';

const SOURCES = {
  L1: 'L1, this process',
  L2: 'L2, the shared tier',
  load: 'The origin',
  joined: 'Another one’s load',
  stale: 'An older entry, origin down',
  bypass: 'Past the cache',
};

/** How long answers took, by where they came from. */
export function showLatency({ latency }, history) {
  const { boundsMs } = latency;
  const minute = history.last();
  const order = Object.keys(SOURCES);
  const sources = [...latency.sources].sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
  byId('latency-empty').hidden = sources.length > 0;
  showRows(
    byId('latency-rows'),
    sources,
    ({ source }) => source,
    latencyRow,
    (cells, { source, buckets }) => {
      const live = minute.buckets(source);
      const shown = live?.some((n) => n > 0) ? live : buckets;
      const at = (wanted) => ms(quantile(shown, boundsMs, wanted));
      setTexts(cells, [count(shown.reduce((sum, n) => sum + n, 0)), at(0.5), at(0.95), at(0.99)]);
    },
  );
}

function latencyRow({ source }) {
  const name = h(
    'th',
    { scope: 'row' },
    h('i', { className: `dot ${source.toLowerCase()}`, 'aria-hidden': 'true' }),
    SOURCES[source],
  );
  const cells = Array.from({ length: 4 }, () => h('td', { className: 'number' }));
  return { row: h('tr', {}, name, ...cells), parts: cells };
}

/** What each route did, the busiest first. */
export function showRoutes({ routes }, history) {
  const minute = history.last();
  // Explaining costs units under a name of its own, and asks no route.
  const busiest = routes
    .filter(({ requests }) => requests > 0)
    .sort((a, b) => b.requests - a.requests || a.name.localeCompare(b.name));
  byId('routes-empty').hidden = busiest.length > 0;
  showRows(
    byId('route-rows'),
    busiest,
    ({ name }) => name,
    routeRow,
    ({ bar, ratio, cells }, route) => {
      const live = minute.route(route.name);
      setText(ratio, live.requests === 0 ? 'idle' : percent(hitRatio(live)));
      setShares(bar, [live.L1, live.L2, live.origin]);
      setTexts(cells, [
        rate(minute.seconds === 0 ? 0 : live.requests / minute.seconds),
        `${percent(route.hitRatio)} of ${count(route.requests)}`,
        ms(route.loads.p50Ms),
        ms(route.loads.p95Ms),
        units(route.readUnits),
        units(route.writeUnits),
        count(route.saved.loads),
      ]);
    },
  );
}

function routeRow({ name }) {
  const bar = h(
    'div',
    { className: 'split', 'aria-hidden': 'true' },
    ...['l1', 'l2', 'origin'].map((it) => h('i', { className: it })),
  );
  const ratio = h('span', { className: 'ratio' });
  const cells = Array.from({ length: 7 }, (_, i) =>
    h('td', { className: i === 0 ? 'number' : 'number wide' }),
  );
  const [live, ...rest] = cells;
  const row = h(
    'tr',
    {},
    h('th', { scope: 'row' }, ...breakable(name)),
    live,
    h('td', { className: 'split-cell' }, ratio, bar),
    ...rest,
  );
  return { row, parts: { bar, ratio, cells } };
}

/** Names may break before their dots and capitals, where the page is narrow. */
function breakable(name) {
  return name
    .split(/(?=[.:/(])|(?<=[a-z])(?=[A-Z])/)
    .flatMap((part, i) => (i === 0 ? [part] : [h('wbr'), part]));
}

const known = new WeakMap();

/** One row for each item, in order. Rows stay the same elements, so that nothing that is read or selected goes away. */
function showRows(body, items, keyOf, make, fill) {
  const before = known.get(body) ?? new Map();
  const rows = new Map(items.map((item) => [keyOf(item), before.get(keyOf(item)) ?? make(item)]));
  known.set(body, rows);
  for (const item of items) fill(rows.get(keyOf(item)).parts, item);
  const wanted = [...rows.values()].map(({ row }) => row);
  if (wanted.length !== body.children.length || wanted.some((row, i) => row !== body.children[i]))
    body.replaceChildren(...wanted);
}

function setTexts(cells, texts) {
  for (const [i, cell] of cells.entries()) setText(cell, texts[i]);
}
