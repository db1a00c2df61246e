// A course by week: a line for each arm with its band (95 % interval over replications), by uPlot.

import { colourOf } from "../charts.js";
import { make, tell } from "../page.js";

const DASHES = [[], [10, 5], [3, 4], [12, 4, 3, 4], [18, 5], [6, 3, 2, 3, 2, 3]];
const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const HEIGHT = 250;

const shade = (colour) => `${colour}30`;

function options(mode, places, banded, width) {
  const ink = variable("--ink");
  const axis = { stroke: ink, font: "14px system-ui, sans-serif", labelFont: "14px system-ui, sans-serif", grid: { stroke: variable("--line"), width: 1 }, ticks: { show: false } };
  const series = [{}];
  const bands = [];
  for (const place of places) {
    const at = series.length;
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    series.push({ stroke: colourOf(place), dash: DASHES[place % DASHES.length], width: 2.2, points: { show: false } });
    if (!banded) continue;
    series.push({ ...edge }, { ...edge });
    bands.push({ series: [at + 2, at + 1], fill: shade(colourOf(place)) });
  }
  return {
    width,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: "week", labelSize: 22, size: 28 },
      { ...axis, size: 62, values: (_, ticks) => ticks.map((tick) => String(tick).replace("-", "−")) },
    ],
    series,
    bands,
    hooks: mode === "difference" ? { draw: [zero] } : {},
  };
}

// A line at zero: no difference.
function zero(plot) {
  const y = plot.valToPos(0, "y", true);
  if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) return;
  plot.ctx.save();
  plot.ctx.strokeStyle = variable("--muted");
  plot.ctx.beginPath();
  plot.ctx.moveTo(plot.bbox.left, y);
  plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
  plot.ctx.stroke();
  plot.ctx.restore();
}

// The last week's figure of each line, for those who do not see it.
function inWords(course, mode, arms, first) {
  const said = arms
    .map(({ title, of }) => [title, of.mean.findLast((value) => value !== null)])
    .filter(([, value]) => value !== undefined)
    .map(([title, value]) => `${title} ${value.toPrecision(3)}`);
  const what = mode === "difference" ? `Difference in ${course.label} to “${first}”` : course.label;
  return `${what} at the end, in ${course.unit}: ${said.join("; ")}.`;
}

// One chart; `set(course, titles, mode, banded)` draws it anew, with bands or, from too few replications, without.
export function bandChart(parent) {
  const head = make("h3");
  const note = make("p", { class: "note" });
  const box = make("div", { class: "plot" });
  const sentence = make("p", { class: "hidden" });
  parent.append(make("section", { class: "chart" }, head, note, box, sentence));
  let plot = null;
  let latest = null;

  function draw() {
    if (latest === null) return;
    const { course, titles, mode, banded } = latest;
    const arms = course.arms.map((arm, place) => ({ place, title: titles[place], of: mode === "difference" ? arm.difference : arm })).filter((arm) => arm.of !== null);
    tell(head, `${course.label} [${course.unit}]${mode === "difference" ? `, difference to “${titles[0]}”` : ""}`);
    const what = course.smooth > 1 ? `Mean of the last ${course.smooth} weeks` : "By week";
    tell(note, banded ? `${what}; band: 95 % interval.` : `${what}; too few replications for intervals.`);
    tell(sentence, inWords(course, mode, arms, titles[0]));
    const data = [course.week, ...arms.flatMap(({ of }) => (banded ? [of.mean, of.low, of.high] : [of.mean]))];
    const old = plot;
    plot = new uPlot(options(mode, arms.map((arm) => arm.place), banded, Math.max(200, box.clientWidth)), data, box);
    plot.root.setAttribute("aria-hidden", "true");
    if (old) old.destroy();
  }

  new ResizeObserver(() => plot && plot.setSize({ width: Math.max(200, box.clientWidth), height: HEIGHT })).observe(box);
  addEventListener("themechange", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return {
    set(course, titles, mode, banded) {
      latest = { course, titles, mode, banded };
      draw();
    },
  };
}
