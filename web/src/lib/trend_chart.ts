// Draws the trend chart, a chunk of its own. Invariant: it takes its colours from the design tokens of the theme.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { TrendPoint } from '../api/types';
import { capital, SEVERITIES } from './words';

// Dashes tell the lines apart without their colours.
const DASHES = [[], [8, 3], [3, 3], [8, 3, 2, 3], [1, 4]];

export function drawTrend(place: HTMLElement, points: readonly TrendPoint[]): () => void {
  const times = points.map((point) => new Date(point.created_at).getTime() / 1000);
  const series = SEVERITIES.map((severity) => points.map((point) => point.open[severity]));
  const [text, line] = [colourOf(place, '--muted'), colourOf(place, '--line')];
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > 2 * 86_400;
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const size = () => ({ width: place.clientWidth - 24, height: place.clientHeight - 12 });
  const chart = new uPlot(
    {
      ...size(),
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_, _min, max) => [0, Math.max(4, Math.ceil(max * 1.1))] } },
      axes: [
        {
          ...axis,
          space: 90,
          size: 32,
          values: (_, splits) => splits.map((time) => labelOf(time, isLong)),
          ...(isLong && { incrs: [1, 2, 7, 14, 30, 90, 365].map((days) => days * 86_400) }),
        },
        {
          ...axis,
          size: 44,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        },
      ],
      series: [
        {},
        ...SEVERITIES.map((severity, index) => ({
          label: capital(severity),
          stroke: colourOf(place, `--${severity}`),
          width: 2,
          dash: DASHES[index] ?? [],
          points: { show: true, size: 6 },
        })),
      ],
    },
    [times, ...series],
    place,
  );
  const observer = new ResizeObserver(() => chart.setSize(size()));
  observer.observe(place);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

function labelOf(time: number, isLong: boolean): string {
  return (isLong ? DAY : TIME).format(new Date(time * 1000));
}

/** A canvas cannot read `light-dark()`, so an element resolves it. */
function colourOf(place: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  place.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
