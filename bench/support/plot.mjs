// Line plots in SVG: logarithmic axes, medians as lines, the range from the least to the greatest round as bars.
import { writePlot } from './docs.mjs';

const WIDTH = 640;
const HEIGHT = 360;
const AREA = { left: 70, right: 36, top: 44, bottom: 84 };
/** Readable on white and on black, and told apart without colour vision: Okabe and Ito. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];
const STYLE = `
  .ground { fill: #fff } text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 14px; font-weight: 600 } .grid { stroke: #8884 } .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { .ground { fill: #0d1117 } text { fill: #e6edf3 } }`;

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * @param x, y `{ label, ticks, text }`: the ticks of the axis, least and greatest at its ends, and how one is written
 * @param series `{ name, points }`, a point `{ x, median, min, max }`
 */
export function plot(name, { title, x, y, series }) {
  const atX = scale(x.ticks, AREA.left, WIDTH - AREA.right);
  const atY = scale(y.ticks, HEIGHT - AREA.bottom, AREA.top);
  const [bottom, top] = [HEIGHT - AREA.bottom, AREA.top];
  const text = (at, of, content, more = '') => `<text x="${at}" y="${of}" ${more}>${escape(content)}</text>`;
  const line = (x1, y1, x2, y2, more) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${more}/>`;
  const parts = [
    text(AREA.left, 24, title, 'class="title"'),
    ...x.ticks.flatMap((tick) => [
      line(atX(tick), top, atX(tick), bottom, 'class="grid"'),
      text(atX(tick), bottom + 18, x.text(tick), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((tick) => [
      line(AREA.left, atY(tick), WIDTH - AREA.right, atY(tick), 'class="grid"'),
      text(AREA.left - 8, atY(tick) + 4, y.text(tick), 'text-anchor="end"'),
    ]),
    text((AREA.left + WIDTH - AREA.right) / 2, bottom + 40, x.label, 'text-anchor="middle"'),
    text(0, 0, y.label, `text-anchor="middle" transform="translate(16 ${(top + bottom) / 2}) rotate(-90)"`),
    ...series.flatMap(({ name: of, points }, at) => {
      const colour = COLOURS[at];
      const legend = AREA.left + (at * (WIDTH - AREA.left)) / series.length;
      return [
        ...points.map((p) => line(atX(p.x), atY(p.min), atX(p.x), atY(p.max), `stroke="${colour}"`)),
        `<polyline class="line" stroke="${colour}" points="${points.map((p) => `${atX(p.x)},${atY(p.median)}`).join(' ')}"/>`,
        ...points.map((p) => `<circle cx="${atX(p.x)}" cy="${atY(p.median)}" r="3" fill="${colour}"/>`),
        line(legend, HEIGHT - 18, legend + 18, HEIGHT - 18, `class="line" stroke="${colour}"`),
        text(legend + 24, HEIGHT - 14, of),
      ];
    }),
  ];
  writePlot(
    name,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">
<style>${STYLE}</style>
<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>
${parts.join('\n')}
</svg>
`,
  );
}

/** Powers of ten around `values`. */
export function decades(values) {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

/** A logarithmic scale, rounded to tenths of a pixel. */
function scale(ticks, from, to) {
  const [least, greatest] = [Math.log(ticks[0]), Math.log(ticks.at(-1))];
  return (value) =>
    Number((from + ((Math.log(value) - least) / (greatest - least)) * (to - from)).toFixed(1));
}
