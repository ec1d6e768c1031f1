import { byId, h, setText } from './dom.js';
import { clock, ms, percent, rate } from './format.js';
import { hitRatio, quantile, WINDOW_S } from './history.js';
import { chartOptions } from './chart-options.js';

const SOURCES = [
  ['L1', 'L1', '--l1'],
  ['L2', 'L2', '--l2'],
  ['origin', 'Origin', '--origin'],
];

/** The three graphs of the last five minutes. */
export class Charts {
  marks = [];

  constructor() {
    this.traffic = new Chart('traffic', {
      series: [...SOURCES].reverse(),
      filled: true,
      format: rate,
      unstack: ([origin, L2, L1]) => [origin - L2, L2 - L1, L1],
      marks: () => this.marks,
    });
    this.ratio = new Chart('ratio', {
      series: [
        ['all', 'Both tiers', '--text'],
        ['L1', 'L1 alone', '--l1'],
      ],
      range: [0, 1],
      format: percent,
      marks: () => this.marks,
    });
    this.latency = new Chart('latency', {
      series: SOURCES,
      log: true,
      format: ms,
      marks: () => this.marks,
    });
  }

  /** @param marks what happened when: { at (ms), state, title } */
  show(history, boundsMs, marks) {
    this.marks = marks;
    const rows = history.columns();
    const times = rows.map(({ at }) => at);
    const perSecond = rows.map(({ second: { total, seconds } }) => ({
      L1: total.L1 / seconds,
      L2: total.L2 / seconds,
      origin: total.origin / seconds,
    }));
    this.traffic.show([
      times,
      perSecond.map(({ L1, L2, origin }) => L1 + L2 + origin),
      perSecond.map(({ L1, L2 }) => L1 + L2),
      perSecond.map(({ L1 }) => L1),
    ]);
    this.ratio.show([
      times,
      rows.map(({ smooth }) => hitRatio(smooth.total)),
      rows.map(({ smooth: { total } }) => (total.requests === 0 ? null : total.L1 / total.requests)),
    ]);
    const median = (source) => rows.map(({ smooth }) => quantile(smooth.buckets(source), boundsMs, 0.5));
    this.latency.show([times, median('L1'), median('L2'), median('load')]);
  }

  destroy() {
    for (const chart of [this.traffic, this.ratio, this.latency]) chart.destroy();
  }
}

/** A graph with its legend, which shows the newest values, or those under the pointer. */
class Chart {
  constructor(id, options) {
    this.options = options;
    this.figure = byId(id);
    this.holder = this.figure.querySelector('.plot');
    this.values = options.series.map(() => h('b'));
    const entries = options.series.map(([, name, colour], i) =>
      h(
        'li',
        {},
        h('i', { className: `dot ${colour.slice(2)}`, 'aria-hidden': 'true' }),
        name,
        ' ',
        this.values[i],
      ),
    );
    // Series of a stack are drawn from the top; a legend names them from the bottom.
    this.figure.querySelector('.legend').replaceChildren(...(options.filled ? entries.reverse() : entries));
    this.plot = new window.uPlot(
      chartOptions(options, this.size(), (plot) => this.showValues(plot)),
      [[], ...options.series.map(() => [])],
      this.holder,
    );
    this.resized = new ResizeObserver(() => this.plot.setSize(this.size()));
    this.resized.observe(this.holder);
    this.recoloured = () => this.plot.redraw();
    document.addEventListener('themechange', this.recoloured);
    this.scheme = matchMedia('(prefers-color-scheme: dark)');
    this.scheme.addEventListener('change', this.recoloured);
  }

  show(columns) {
    const now = Date.now() / 1_000;
    this.plot.batch(() => {
      this.plot.setData(columns, false);
      this.plot.setScale('x', { min: now - WINDOW_S, max: now });
    });
    this.showValues(this.plot);
  }

  showValues(plot) {
    const index = plot.cursor.idx ?? plot.data[0].length - 1;
    const at = plot.data.slice(1).map((column) => column[index] ?? null);
    const shown = this.options.unstack === undefined ? at : this.options.unstack(at);
    const texts = shown.map((value) => this.options.format(value ?? null));
    for (const [i, element] of this.values.entries()) setText(element, index < 0 ? '' : (texts[i] ?? ''));
    this.holder.setAttribute('aria-label', this.describe(index, texts));
  }

  describe(index, texts) {
    const title = this.figure.querySelector('h2').textContent;
    if (index < 0) return `${title}: no figures yet`;
    const values = this.options.series.map(([, name], i) => `${name} ${texts[i]}`);
    return `${title}, at ${clock(this.plot.data[0][index] * 1_000)}: ${values.join(', ')}`;
  }

  size() {
    return { width: Math.max(200, this.holder.clientWidth), height: 180 };
  }

  destroy() {
    this.resized.disconnect();
    document.removeEventListener('themechange', this.recoloured);
    this.scheme.removeEventListener('change', this.recoloured);
    this.plot.destroy();
  }
}
