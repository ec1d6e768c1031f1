const FONT = '11px system-ui, sans-serif';
const MARKS = { good: '--good', warn: '--warn', bad: '--bad', act: '--text' };
const GRID_SECONDS = 60;

/** The page's colour of this name now, in whichever theme. */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

/** What uPlot needs to know of one graph. */
export function chartOptions({ series, filled, log, range, format, marks }, size, onCursor) {
  const axis = { stroke: () => colour('--muted'), font: FONT, ticks: { show: false } };
  const grid = { stroke: () => colour('--line'), width: 1 };
  return {
    ...size,
    padding: [10, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true },
      y: log ? { distr: 3, range: logRange } : { range: range ?? fromZero },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        incrs: [GRID_SECONDS],
        space: 10,
        values: (_, times) => times.map(timeLabel),
        size: 26,
      },
      {
        ...axis,
        grid,
        size: 58,
        space: log ? 24 : 40,
        ...(log ? { splits: decades } : {}),
        values: (_, values) => values.map((value) => label(value, format)),
      },
    ],
    series: [{}, ...series.map(([, , name]) => line(name, filled))],
    hooks: { setCursor: [onCursor], draw: [(plot) => drawMarks(plot, marks())] },
  };
}

function line(name, filled) {
  return {
    stroke: () => colour(name),
    width: filled ? 1 : 2,
    points: { show: false },
    ...(filled ? { fill: () => colour(`${name}-fill`) } : {}),
  };
}

const fromZero = (_plot, _min, max) => [0, Math.max(1, max * 1.1)];

/** Whole decades, so that the axis has a line for each. */
function logRange(_plot, min, max) {
  if (min === null || !(min > 0)) return [0.1, 100];
  return [10 ** Math.floor(Math.log10(min)), 10 ** Math.ceil(Math.log10(max * 1.01))];
}

/** Of a logarithmic axis only the decades are drawn. */
function decades(_plot, _axis, min, max) {
  const first = Math.round(Math.log10(min));
  return Array.from({ length: Math.round(Math.log10(max)) - first + 1 }, (_, i) => 10 ** (first + i));
}

/** Without zeros after the point. */
const label = (value, format) =>
  format(value)
    .replace(/(\.\d*[1-9])0+(?= |$)/, '$1')
    .replace(/\.0*(?= |$)/, '');

function timeLabel(seconds) {
  return new Date(seconds * 1_000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** A line where something happened: a flush, or a change of state. */
function drawMarks(plot, marks) {
  const { ctx, bbox, scales } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at, state } of marks) {
    const seconds = at / 1_000;
    if (seconds < scales.x.min || seconds > scales.x.max) continue;
    const x = plot.valToPos(seconds, 'x', true);
    ctx.strokeStyle = colour(MARKS[state]);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(x, bbox.top, 3 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}
