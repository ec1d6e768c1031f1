/** Seconds of the graphs. */
export const WINDOW_S = 300;
const MINUTE_S = 60;
/** Ratios and medians of single seconds jump: they are taken over so many. */
const SMOOTH_S = 10;

/** The last five minutes of a process's counters, one sample a second. */
export class History {
  samples = [];
  since = undefined;

  /** Takes a snapshot of the statistics; those of another process begin a new history. */
  add(statistics, at = Date.now() / 1_000) {
    if (statistics.since !== this.since) this.samples = [];
    this.since = statistics.since;
    this.samples.push({ at, ...countersOf(statistics) });
    while (this.samples[0].at < at - WINDOW_S - MINUTE_S) this.samples.shift();
  }

  /** What happened in the last `seconds`, or since the first sample: { seconds, total, routes, latency }. */
  last(seconds = MINUTE_S) {
    return this.between(this.indexBefore(this.samples.length - 1, seconds), this.samples.length - 1);
  }

  /** Columns of the graphs: times, and by second what happened. */
  columns() {
    const first = this.samples.findIndex(({ at }) => at >= this.samples.at(-1).at - WINDOW_S);
    const rows = [];
    for (let i = Math.max(first, 1); i < this.samples.length; i++) {
      const second = this.between(i - 1, i);
      const smooth = this.between(this.indexBefore(i, SMOOTH_S), i);
      rows.push({ at: this.samples[i].at, second, smooth });
    }
    return rows;
  }

  indexBefore(index, seconds) {
    const from = this.samples[index].at - seconds - 0.5;
    let i = index;
    while (i > 0 && this.samples[i - 1].at >= from) i--;
    return i;
  }

  between(from, to) {
    const [a, b] = [this.samples[from], this.samples[to]];
    return {
      seconds: b.at - a.at,
      total: difference(b.total, a.total),
      route: (name) => difference(b.routes.get(name), a.routes.get(name)),
      buckets: (source) =>
        b.latency.get(source)?.map((count, i) => count - (a.latency.get(source)?.[i] ?? 0)),
    };
  }
}

function countersOf({ total, routes, latency }) {
  return {
    total: trafficOf(total),
    routes: new Map(routes.map((route) => [route.name, trafficOf(route)])),
    latency: new Map(latency.sources.map(({ source, buckets }) => [source, buckets])),
  };
}

/** Answers by where they came from: what neither tier had came from the origin, or waited for who asked it. */
function trafficOf({ requests, hits }) {
  return { requests, L1: hits.L1, L2: hits.L2, origin: Math.max(0, requests - hits.L1 - hits.L2) };
}

const NOTHING = { requests: 0, L1: 0, L2: 0, origin: 0 };

function difference(later = NOTHING, earlier = NOTHING) {
  return Object.fromEntries(Object.entries(later).map(([key, value]) => [key, value - earlier[key]]));
}

/** Of the requests, those that a tier answered; null where there were none. */
export function hitRatio({ requests, L1, L2 }) {
  return requests === 0 ? null : (L1 + L2) / requests;
}

/** An estimate in ms from counts by duration, spread evenly within a bucket; null where there are none. */
export function quantile(buckets, boundsMs, wanted) {
  const all = buckets?.reduce((sum, count) => sum + count, 0) ?? 0;
  if (all === 0) return null;
  let below = 0;
  for (const [i, count] of buckets.entries()) {
    const within = wanted * all - below;
    if (count > 0 && within <= count && i < boundsMs.length) {
      const lower = boundsMs[i - 1] ?? 0;
      return lower + ((boundsMs[i] - lower) * within) / count;
    }
    below += count;
  }
  return boundsMs.at(-1);
}
