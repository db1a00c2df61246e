// What came of it: sentences, lines of figures, appraisals against loyalty, who felt and who caused. Words are the server's.

import { $, make, tell } from "../page.js";
import { legend } from "../charts.js";
import { bandChart } from "./bands.js";

const SIGNS = { better: "▲", worse: "▼", moved: "●", above: "▲", below: "▼" };
const MEANT = { better: "better", worse: "worse", moved: "moved", above: "above par", below: "below par" };
const FEWEST_TO_TELL = 3; // as everywhere in silosim: from fewer replications no interval says anything
const SVG = "http://www.w3.org/2000/svg";

export function swatch(place) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ class: `swatch arm-${place % 8} dash-${place % 6}`, width: 30, height: 10, "aria-hidden": "true" })) svg.setAttribute(name, value);
  for (const [name, value] of Object.entries({ x1: 0, x2: 30, y1: 5, y2: 5 })) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

// An interval as a small picture around zero, which is in the middle.
function interval(mark, place) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: `interval arm-${place % 8}`, viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const put = (tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    svg.append(element);
  };
  put("line", { class: "nothing", x1: 50, x2: 50, y1: 0, y2: 12 });
  if (mark) {
    put("line", { class: "span", x1: mark.low, x2: mark.high, y1: 6, y2: 6 });
    put("line", { class: "mean", x1: mark.mean, x2: mark.mean, y1: 1.5, y2: 10.5 });
  }
  return svg;
}

function sign(kind) {
  if (!SIGNS[kind]) return null;
  return make("span", { class: kind }, make("span", { "aria-hidden": "true" }, `${SIGNS[kind]} `), make("span", { class: "hidden" }, `${MEANT[kind]}: `));
}

function lineOf(line, titles) {
  const cells = line.cells.map((cell) =>
    make("li", { class: `cell ${cell.kind}` }, make("span", { class: "who" }, swatch(cell.arm), ` ${titles[cell.arm]}`), interval(cell.mark, cell.arm), make("span", { class: "figure" }, sign(cell.kind), cell.words, cell.span ? ` (${cell.span})` : "")),
  );
  const level = `${titles[0]}: ${line.level}${line.level_span ? ` (${line.level_span})` : ""}`;
  return make("section", { class: "line" }, make("h3", {}, line.label, " ", make("span", { class: "unit" }, line.unit)), make("p", { class: "note figure" }, level), make("ul", { class: "plain" }, ...cells));
}

function melonOf(melon, place, title) {
  const departments = melon.departments.map((each) =>
    make("li", { class: each.side || "par" }, sign(each.side), make("strong", {}, each.name), ` ${each.words}${each.span ? ` (${each.span})` : ""}`, make("span", { class: "note" }, ` ${each.kpis.join(", ")}`)),
  );
  return make("section", { class: "panel" }, make("h3", {}, swatch(place), ` ${title}`), make("p", {}, `${melon.sentence}. Loyalty ends at ${melon.loyalty} of 100.`), make("ul", { class: "plain melon" }, ...departments));
}

const heat = (cell) => (cell.total || Math.abs(cell.heat) < 0.05 ? "" : `${cell.heat > 0 ? "more" : "less"}-${Math.min(4, Math.ceil(Math.abs(cell.heat) * 4))}`);

function painTable(matrix) {
  const head = make("tr", {}, make("th", { scope: "col" }, "Felt at"), ...matrix.heads.map((name) => make("th", { scope: "col" }, name)));
  const rows = matrix.rows.map(([name, cells]) =>
    make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((cell) => make("td", { class: ["figure", heat(cell), cell.own ? "own" : "", cell.clear ? "clear" : ""].join(" ").trim() }, cell.text))),
  );
  return [make("caption", { class: "hidden" }, `${matrix.message}. Rows: where it is felt. Columns: to whom it is due.`), make("thead", {}, head), make("tbody", {}, ...rows)];
}

// Everything to the right of the controls; `set(figures)` shows a comparison.
export function results() {
  const charts = [0, 1, 2].map(() => bandChart($("#courses")));
  let latest = null;

  function courses() {
    if (!latest) return;
    const titles = latest.arms.map((arm) => arm.title);
    latest.courses.forEach((course, at) => charts[at].set(course, titles, $("#mode").value, latest.replications >= FEWEST_TO_TELL));
  }
  function pain() {
    if (!latest) return;
    const matrix = latest.pain[Math.max(0, latest.arms.findIndex((arm) => arm.name === $("#pain-of").value))];
    tell($("#pain-message strong"), `${matrix.message}.`);
    $("#pain").replaceChildren(...painTable(matrix));
    const change = matrix.arm > 0 ? `Change against “${latest.arms[0].title}”: minus is less pain; bold: the 95 % interval leaves out zero. ` : "";
    tell($("#pain-note"), `${change}Outlined: due to the department that runs the touchpoint. ${latest.pain_unit}.`);
  }
  $("#mode").addEventListener("change", courses);
  $("#pain-of").addEventListener("change", pain);

  return {
    set(figures) {
      latest = figures;
      const titles = figures.arms.map((arm) => arm.title);
      $("#answer").replaceChildren(...figures.answer.map((sentence) => make("p", {}, sentence)));
      legend($("#key"), titles.map((label) => ({ label })));
      $("#mode").disabled = titles.length === 1;
      if (titles.length === 1) $("#mode").value = "level";
      courses();
      tell($("#differences-head"), titles.length > 1 ? `Difference to “${titles[0]}”` : "What it reaches");
      $("#lines").replaceChildren(...figures.lines.map((line) => lineOf(line, titles)));
      tell($("#melon-note"), `Appraisal over the last ${figures.melon_weeks} weeks: 0 is par, the level before the run; 1 is full score. In brackets: 95 % interval.`);
      $("#melons").replaceChildren(...figures.melon.map((melon, place) => melonOf(melon, place, titles[place])));
      const chosen = $("#pain-of").value;
      $("#pain-of").replaceChildren(...figures.arms.map((arm, place) => make("option", { value: arm.name }, place ? `${arm.title} (change)` : arm.title)));
      if (figures.arms.some((arm) => arm.name === chosen)) $("#pain-of").value = chosen;
      pain();
    },
  };
}
