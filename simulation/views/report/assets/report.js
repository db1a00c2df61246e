// Draws the courses by week (Observable Plot) and lets arms be shown or hidden. The page says all of it without this, too.
"use strict";
(() => {
  const page = document.documentElement;
  page.classList.add("script");
  const data = JSON.parse(document.getElementById("data").textContent);
  const shown = data.arms.map(() => true);
  const dashes = ["none", "6 3", "2 2", "8 2 2 2", "12 3", "4 2 1 2 1 2"];
  const symbols = ["circle", "square", "triangle", "diamond", "triangle2", "plus", "times", "star"];
  const colour = (arm) => `var(--a${arm % 8})`;
  const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const signed = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, signDisplay: "exceptZero" });
  const number = (value, difference) => value === null ? "-" : (difference ? signed : figures).format(value).replace("-", "−");
  const PRINTED = 660;
  const redraws = [];

  // One arm's points: week, mean, low, high.
  function points(course, arm, mode) {
    const of = mode === "difference" ? course.arms[arm].difference : course.arms[arm];
    if (!of) return [];
    return course.week.map((week, at) => ({ week, mean: of.mean[at], low: of.low[at], high: of.high[at] }));
  }

  function arms(course, mode) {
    return course.arms.map((_, arm) => arm).filter((arm) => shown[arm] && (mode === "level" || course.arms[arm].difference));
  }

  function range(sets, zero) {
    const values = sets.flat().flatMap((point) => [point.mean, point.low, point.high]).filter((value) => value !== null);
    if (!values.length) return [0, 1];
    let [low, high] = [Math.min(...values), Math.max(...values)];
    if (zero) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
    const room = (high - low) * 0.04 || Math.abs(high) * 0.05 || 1;
    return [low - room, high + room];
  }

  function plot(course, mode, { width, height, y, label, tip }) {
    const chosen = arms(course, mode);
    const sets = chosen.map((arm) => points(course, arm, mode));
    const domain = y || range(sets, mode === "difference");
    const every = Math.max(1, Math.floor(course.week.length / 6));
    const marks = [];
    if (domain[0] < 0 && domain[1] > 0) marks.push(Plot.ruleY([0], { stroke: "currentColor", strokeWidth: 1.2 }));
    chosen.forEach((arm, at) => {
      const known = sets[at].filter((point) => point.low !== null);
      marks.push(Plot.areaY(known, { x: "week", y1: "low", y2: "high", fill: colour(arm), fillOpacity: 0.16 }));
    });
    chosen.forEach((arm, at) => {
      const set = sets[at];
      marks.push(Plot.lineY(set, { x: "week", y: (point) => point.mean ?? NaN, stroke: colour(arm), strokeWidth: 2, strokeDasharray: dashes[arm % 6] }));
      const some = set.filter((point, week) => week % every === Math.floor(every / 4 + ((arm % 4) * every) / 5) && point.mean !== null);
      marks.push(Plot.dot(some, { x: "week", y: "mean", symbol: symbols[arm % 8], r: 4, fill: colour(arm), stroke: null }));
    });
    if (tip && chosen.length) {
      const rows = course.week.map((week, at) => ({
        week,
        y: sets[0][at].mean ?? domain[0],
        words: [`Week ${week}`, ...chosen.map((arm, of) => {
          const point = sets[of][at];
          const span = point.low === null ? "" : ` (${number(point.low, mode !== "level")} to ${number(point.high, mode !== "level")})`;
          return `${short(data.arms[arm])}: ${number(point.mean, mode !== "level")}${span}`;
        })].join("\n"),
      }));
      marks.push(Plot.ruleX(rows, Plot.pointerX({ x: "week", stroke: "currentColor", strokeOpacity: 0.5 })));
      marks.push(Plot.tip(rows, Plot.pointerX({ x: "week", y: "y", title: "words", lineWidth: 22, fontSize: 12 })));
    }
    const drawn = Plot.plot({
      width, height, marks, marginLeft: 52, marginRight: 14, marginBottom: 36, insetBottom: 2,
      style: { fontSize: "12px", background: "none" },
      x: { label: "week", nice: false, ticks: width < 200 ? 2 : width < 500 ? 4 : 8, domain: [Math.min(1, ...course.week), Math.max(...course.week)] },
      y: { label, domain, grid: true, ticks: height < 200 ? 3 : 6, tickFormat: (value) => figures.format(value).replace("-", "−") },
    });
    // One picture with one name; its parts have none that assistive technology could tell.
    drawn.querySelectorAll("[aria-label]").forEach((part) => part.removeAttribute("aria-label"));
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", `${course.label} by week; the figures stand in a table`);
    return drawn;
  }

  const short = (text) => (text.length > 42 ? `${text.slice(0, 40)}…` : text);

  // A table of the chart's points, about one a quarter.
  function table(course, mode) {
    const chosen = arms(course, mode);
    const head = element("tr", [element("th", "Week", { scope: "col" }), ...chosen.map((arm) => element("th", data.arms[arm], { scope: "col" }))]);
    const step = Math.max(1, Math.round(13 / (course.week[1] - course.week[0] || 1)));
    const sets = chosen.map((arm) => points(course, arm, mode));
    const body = course.week.flatMap((week, at) => (at % step !== step - 1 && at !== course.week.length - 1) ? [] : [
      element("tr", [element("th", String(week), { scope: "row" }), ...sets.map((set) => {
        const { mean, low, high } = set[at];
        const span = low === null ? "" : ` (${number(low, mode !== "level")} to ${number(high, mode !== "level")})`;
        return element("td", number(mean, mode !== "level") + span);
      })]),
    ]);
    const caption = element("caption", `${course.label} [${course.unit}]${mode === "level" ? "" : ", difference to the first arm"}`);
    return element("table", [caption, element("thead", [head]), element("tbody", body)]);
  }

  // Text goes in as text, never as markup.
  function element(name, inner, attributes = {}) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...(Array.isArray(inner) ? inner : [inner]));
    return made;
  }

  document.querySelectorAll("[data-chart]").forEach((drawing) => {
    const courses = data[drawing.dataset.chart];
    const figure = drawing.closest("figure");
    if (!courses.length) { figure.remove(); return; }
    const select = figure.querySelector("[data-metric]");
    const modes = figure.querySelector("[data-mode]");
    courses.forEach((course, at) => select.append(element("option", course.label, { value: at })));
    const draw = (printed) => {
      const course = courses[Number(select.value) || 0];
      const mode = modes ? modes.value : "level";
      const width = printed ? PRINTED : Math.max(260, drawing.clientWidth);
      const label = `${course.label} [${course.unit}]`;
      const height = printed ? 215 : width < 500 ? 260 : 320;
      drawing.replaceChildren(plot(course, mode, { width, height, label: width < 500 ? course.unit : label, tip: !printed }));
      const smooth = course.smooth > 1 ? ` Mean of the last ${course.smooth} weeks.` : "";
      figure.querySelector("[data-caption]").textContent = `${course.label} [${course.unit}]: ${course.meaning}${smooth}`;
      const behind = figure.querySelector("[data-figures]");
      if (!printed) behind.replaceChildren(table(course, mode));
    };
    select.addEventListener("change", () => draw(false));
    if (modes) modes.addEventListener("change", () => draw(false));
    redraws.push(draw);
  });

  document.querySelectorAll("[data-panels]").forEach((panels) => {
    const courses = data[panels.dataset.panels];
    redraws.push((printed) => {
      const sets = courses.map((course) => arms(course, "level").map((arm) => points(course, arm, "level").map((point) => ({ ...point, low: point.mean, high: point.mean }))));
      const y = range(sets.flat(), true);
      panels.replaceChildren(...courses.map((course) => element("div", [element("h3", course.label.replace(/: score$/, ""))])));
      courses.forEach((course, at) => {
        const bare = { ...course, arms: course.arms.map((arm) => ({ mean: arm.mean, low: arm.mean.map(() => null), high: arm.mean.map(() => null) })) };
        const width = printed ? 158 : Math.max(200, panels.children[at].clientWidth);
        panels.children[at].append(plot(bare, "level", { width, height: printed ? 105 : 170, y, label: null, tip: !printed }));
      });
    });
  });

  const redraw = (printed = false) => redraws.forEach((draw) => draw(printed));
  redraw();

  let waiting = 0, width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => redraw(), 120);
  });
  window.addEventListener("beforeprint", () => redraw(true));
  window.addEventListener("afterprint", () => redraw());

  document.querySelectorAll("[data-arm]").forEach((box) => {
    box.checked = true; // browsers remember boxes over a reload
    box.addEventListener("change", () => {
      const arm = Number(box.dataset.arm);
      shown[arm] = box.checked;
      document.querySelectorAll(`.of-${arm}`).forEach((part) => { part.style.display = box.checked ? "" : "none"; });
      redraw();
    });
  });

  const button = document.querySelector("[data-theme-switch]");
  const wish = window.matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (page.dataset.theme ? page.dataset.theme === "dark" : wish.matches);
  const label = () => button.setAttribute("aria-pressed", String(dark()));
  button.addEventListener("click", () => { page.dataset.theme = dark() ? "light" : "dark"; label(); });
  wish.addEventListener("change", label);
  label();
  let theme;
  window.addEventListener("beforeprint", () => { theme = page.dataset.theme; page.dataset.theme = "light"; });
  window.addEventListener("afterprint", () => { if (theme) page.dataset.theme = theme; else delete page.dataset.theme; });
})();
