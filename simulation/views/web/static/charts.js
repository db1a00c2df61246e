// Line charts by uPlot (a classic script, so window.uPlot): the colours of the stylesheet, and dashes beside colours.
// The template loads uplot/uPlot.min.css and uplot/uPlot.iife.min.js before the page's own module.

const DASHES = [[], [10, 5], [3, 4], [12, 4, 3, 4], [18, 5], [6, 3, 2, 3, 2, 3]];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const colourOf = (place) => colour(`--a${place % 8}`);

// A chart in `box` that fills its width. `series`: [{ label, place?, width?, step? }]; `place` chooses colour and dash (its own
// place by default). `words(data)` gives the sentence that stands for the chart. Returns { set(data), destroy() };
// data is uPlot's: [xs, ys, ys, ...], null where nothing is known.
export function lineChart(box, { series, unit = "", x = "week", height = 260, type = 14, range = null, words = null, band = null }) {
  let plot = null;
  let latest = [[], ...series.map(() => [])];
  const sentence = document.createElement("p");
  sentence.className = "hidden";
  box.append(sentence);

  function draw() {
    const old = plot;
    const ink = colour("--ink");
    const axis = { stroke: ink, font: `${type}px system-ui, sans-serif`, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    plot = new uPlot(
      {
        width: Math.max(120, box.clientWidth),
        height,
        cursor: { drag: { x: false, y: false } },
        legend: { show: false },
        scales: { x: { time: false }, y: range ? { range } : {} },
        axes: [
          { ...axis, label: x, labelFont: axis.font, labelSize: type * 1.6, size: type * 2 },
          { ...axis, label: unit || null, labelFont: axis.font, labelSize: type * 1.6, size: type * 4.2 },
        ],
        series: [
          {},
          ...series.map((of, i) => ({
            label: of.label,
            stroke: colourOf(of.place ?? i),
            dash: DASHES[(of.place ?? i) % DASHES.length],
            width: of.width ?? Math.max(2, type / 7),
            points: { show: false },
            spanGaps: false,
          })),
        ],
        bands: band ? [band] : [],
      },
      latest,
      box,
    );
    plot.root.setAttribute("aria-hidden", "true");
    if (old) old.destroy();
  }

  const sized = new ResizeObserver(() => plot && plot.setSize({ width: Math.max(120, box.clientWidth), height }));
  draw();
  sized.observe(box);
  addEventListener("themechange", draw);
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", draw);

  return {
    set(data) {
      latest = data;
      plot.setData(data);
      const said = words ? words(data) : "";
      if (sentence.textContent !== said) sentence.textContent = said;
    },
    destroy() {
      sized.disconnect();
      removeEventListener("themechange", draw);
      system.removeEventListener("change", draw);
      plot.destroy();
      sentence.remove();
    },
  };
}

// A legend: a list of swatches with the same colour and dash as the lines.
export function legend(list, series) {
  list.replaceChildren(
    ...series.map((of, i) => {
      const item = document.createElement("li");
      const place = of.place ?? i;
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", `swatch arm-${place % 8} dash-${place % 6}`);
      svg.setAttribute("width", "36");
      svg.setAttribute("height", "12");
      svg.setAttribute("aria-hidden", "true");
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      for (const [name, value] of Object.entries({ x1: 1, x2: 35, y1: 6, y2: 6 })) line.setAttribute(name, value);
      svg.append(line);
      item.append(svg, ` ${of.label}`);
      return item;
    }),
  );
}
