// What stands below a world's name: its scorecards, its levers, its pain, one person's weeks. All text goes in as text.

import { make, tell } from "../page.js";
import { CUSTOMER, GONE, NOWHERE, metBy } from "./worlds.js";

const QUARTER = 13;
export const minus = (text) => text.replace("-", "−");
export const fixed = (value, digits = 1) => (value === null || value === undefined ? "–" : minus(value.toFixed(digits)));
export const signed = (value, digits = 1) => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : minus(value > 0 ? `+${text}` : text);
};

// The mean of the quarter up to a week, as in the chapters' words; of week 0 alone at the beginning.
export function level(values, week) {
  const known = values.slice(week ? Math.max(0, week + 1 - QUARTER) : 0, week + 1).filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

export function lamps(list, names) {
  const items = names.map((name) => {
    const mark = make("span", { class: "mark", "aria-hidden": "true" });
    const figure = make("span", { class: "figure" });
    return { mark, figure, item: make("li", { class: "lamp", title: name }, mark, " ", figure, ` ${name}`) };
  });
  list.classList.toggle("long", names.some((name) => name.length > 12));
  list.replaceChildren(...items.map(({ item }) => item));
  return (world, week) =>
    items.forEach(({ mark, figure, item }, d) => {
      const score = level(world.scores[d], week);
      const state = score > 0.05 ? "above" : score < -0.05 ? "below" : "at";
      item.dataset.state = state;
      tell(mark, { above: "▲", below: "▼", at: "■" }[state]);
      tell(figure, signed(score ?? 0, 1));
    });
}

// The levers that moved farthest in either world, the same rows in both.
export function farthest(worlds, levers, most) {
  const moved = levers.map((_, i) => Math.max(...worlds.map(({ levers: all }) => Math.max(...all[i].map((value) => Math.abs(value - all[i][0]))))));
  return levers.map((_, i) => i).filter((i) => moved[i] >= 0.05).sort((a, b) => moved[b] - moved[a]).slice(0, most);
}

export function leverRows(box, firm, chosen) {
  if (!chosen.length) {
    box.replaceChildren(make("p", {}, "No lever moves here."));
    return () => {};
  }
  const rows = chosen.map((i) => {
    const lever = firm.levers[i];
    const ghost = make("span", { class: "ghost" });
    const marker = make("span", { class: "marker" });
    const figure = make("span", { class: "figure" });
    const row = make("div", { class: "lever" },
      make("p", { class: "name" }, make("strong", {}, `${firm.departments[lever.department]}: ${lever.name}`), " ", figure),
      make("div", { class: "track", "aria-hidden": "true" }, ghost, marker),
      make("p", { class: "ends" }, make("span", {}, lever.low), make("span", {}, lever.high)));
    return { i, ghost, marker, figure, row };
  });
  box.replaceChildren(...rows.map(({ row }) => row));
  return (world, week) =>
    rows.forEach(({ i, ghost, marker, figure }) => {
      ghost.style.left = `${100 * world.levers[i][0]}%`;
      marker.style.left = `${100 * world.levers[i][week]}%`;
      tell(figure, `${fixed(100 * world.levers[i][week], 0)} %`);
    });
}

export function painRows(box, firm, worlds) {
  const names = [...firm.departments, "Nobody known"];
  const most = Math.max(1, ...worlds.flatMap((world) => [...world.felt, ...world.caused].map((course) => course[course.length - 1])));
  const rows = names.map((name, d) => {
    const bars = (d < firm.departments.length ? ["felt", "caused"] : ["caused"]).map((kind) => {
      const bar = make("span", { class: `bar-${kind}` });
      const figure = make("span", { class: "figure" });
      return { kind, bar, figure, line: make("div", { class: "pain-bar" }, make("span", { class: "kind" }, kind === "felt" ? "felt" : "due"), bar, figure) };
    });
    return { d, bars, row: make("div", { class: "pain" }, make("strong", {}, name), make("div", {}, ...bars.map(({ line }) => line))) };
  });
  box.replaceChildren(
    make("p", { class: "note" }, "Pain since week 0: felt at the department's touchpoints, and due to it (1 = one encounter spoilt from best to worst, per 1,000 people)"),
    ...rows.map(({ row }) => row));
  return (world, week) =>
    rows.forEach(({ d, bars }) =>
      bars.forEach(({ kind, bar, figure }) => {
        const value = world[kind][d][week];
        bar.style.width = `${(68 * Math.max(0, value)) / most}%`;
        tell(figure, minus(Math.round(value).toLocaleString("en-US")));
      }));
}

export function stageWords(world, firm, week, person) {
  const at = week * world.count + person;
  const problem = world.problem[at];
  const stage = ["not a customer yet", "thinking about it", "a customer", "gone to a competitor"][world.stage[at]];
  return problem === NOWHERE ? stage : `${stage}, with a problem open from ${firm.touchpoints[problem].name}`;
}

// One person's loyalty as a line on a canvas-free chart, and what she met lately.
export function follower(box, firm) {
  const head = make("p", { class: "who" });
  const chart = make("div", { class: "life" });
  const list = make("ul", { class: "met" });
  box.replaceChildren(head, chart, make("h3", {}, "What she met last"), list);
  const set = (world, week, person) => {
    const at = week * world.count + person;
    const ever = world.stage[at] === CUSTOMER || world.stage[at] === GONE;
    tell(head, `Now ${stageWords(world, firm, week, person)}${ever ? `; loyalty ${fixed(world.loyalty[at] / 100)}` : ""}.`);
    const met = metBy(world, person, week, 6);
    list.replaceChildren(
      ...(met.length ? met.map((one) =>
        make("li", {}, make("span", { class: "figure" }, `Week ${one.week}: `), make("strong", {}, firm.touchpoints[one.touchpoint].name),
          ` ${felt(one.experience)} (${fixed(100 * one.experience, 0)} of 100)`)) : [make("li", {}, "Nothing yet.")]));
  };
  return { set, chart };
}

const felt = (experience) => (experience >= 0.75 ? "▲ felt well" : experience >= 0.5 ? "■ felt so-so" : "▼ felt badly");
