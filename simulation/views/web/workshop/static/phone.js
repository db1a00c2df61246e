// A player's page: what her department may see, her levers, one line why.

import { lineChart, legend } from "../charts.js";
import { connect } from "../live.js";
import { $, given, make, show, tell, themes } from "../page.js";
import { actWords, against, countdown, figure, last, money, phaseWords, stateShown } from "./words.js";

themes();
let view = given("view");
let changing = false; // she wants to change what she has submitted
let sending = false;
const clock = countdown($("#clock"));
const live = connect("/live/play", {
  onSnapshot: (_topic, data) => render(data),
  onState: stateShown($("#state")),
  onEnd: (reason) => {
    tell($("#state"), reason);
    $("#state").dataset.state = "lost";
    show($("#decide"), false);
    location.replace("/");
  },
});

// What she has set but not sent is kept through a reload, for this round only.
const draftKey = () => `silosim-draft-${view.you.player}-${view.act.name}-${view.round}`;
const draft = () => JSON.parse(sessionStorage.getItem(draftKey()) || "null");
function keepDraft() {
  const settings = Object.fromEntries([...document.querySelectorAll("#levers input")].map((input) => [input.name, Number(input.value) / 100]));
  sessionStorage.setItem(draftKey(), JSON.stringify({ settings, line: $("#line").value }));
}

function render(next) {
  const before = view;
  view = next;
  const newRound = before.round !== view.round || before.act.name !== view.act.name || before.you.department !== view.you.department || before.you.firm !== view.you.firm;
  if (newRound || (before.phase !== view.phase && view.phase === "open")) changing = false;
  const seated = Boolean(view.you.department);
  tell($("#who"), view.you.name);
  tell($("#seat"), seated ? `${view.you.department_name}, ${view.you.firm_name}` : "no department yet");
  tell($("#act"), actWords(view));
  tell($("#phase"), phaseWords(view));
  tell($("#broadcast"), view.broadcast);
  show($("#broadcast"), Boolean(view.broadcast));
  clock(view);
  show($("#choose"), !seated && view.phase !== "ended");
  if (!seated) {
    chooser();
    for (const id of ["numbers", "decide", "done", "more", "council"]) show($(`#${id}`), false);
    tell($("#progress"), "");
    return;
  }
  tell($("#progress"), progress());
  numbers();
  const mayDecide = (view.phase === "open" || view.phase === "paused") && view.firm.status === "deciding";
  const form = mayDecide && (!view.submitted || changing);
  if (form && (newRound || $("#decide").hidden || !$("#levers").children.length)) levers();
  show($("#decide"), form);
  $("#send").disabled = sending || view.phase === "paused";
  tell($("#send"), view.phase === "paused" ? "Paused" : sending ? "Sending…" : "Submit");
  done(mayDecide);
  more();
  council();
}

function progress() {
  const { held, submitted, status } = view.firm;
  if (status === "deciding") return `${submitted} of ${held} in your firm have submitted`;
  if (status === "closed" && view.phase !== "between") return "Your firm's decisions are final";
  return "";
}

function chooser() {
  const said = JSON.stringify(view.free);
  if ($("#firms").dataset.said === said) return;
  $("#firms").dataset.said = said;
  $("#firms").replaceChildren(
    ...view.free.filter((firm) => firm.seats.length).map((firm) =>
      make("section", { "aria-label": firm.name }, make("h3", {}, firm.name),
        make("div", { class: "seats" }, ...firm.seats.map((seat) =>
          make("button", { type: "button", class: "quiet", onclick: () => sit(firm.firm, seat.department), "aria-label": `${seat.name}, ${firm.name}` }, seat.name))))),
  );
}

async function sit(firm, department) {
  try {
    await live.ask("sit", { firm, department });
  } catch (error) {
    fault(error.message);
  }
}

function card(of, base, what) {
  const value = last(of.rounds);
  const [kind, words] = against(value, base, of.better, what);
  return make("li", { class: "kpi" }, make("span", {}, of.name), make("strong", {}, figure(value)), make("span", { class: "unit" }, of.unit),
    make("span", { class: `against ${kind}` }, value === null ? `${what}: ${figure(base)}` : words));
}

function numbers() {
  show($("#numbers"), true);
  const cards = view.kpis.map((kpi) => card(kpi, kpi.par, "par"));
  const earned = last(view.bonus.rounds);
  cards.push(make("li", { class: "kpi" }, make("span", {}, "Your bonus"), make("strong", {}, earned === null ? "–" : money(earned, view.currency)),
    make("span", { class: "unit" }, earned === null ? `a round at full score: ${money(view.bonus.full, view.currency)}` : `last round, of ${money(view.bonus.full, view.currency)} at full score; ${money(view.bonus.total, view.currency)} in this act`)));
  cards.push(...view.shared.map((kpi) => card(kpi, kpi.par, "par")));
  const said = cards.map((each) => each.textContent).join("|");
  if ($("#kpis").dataset.said !== said) {
    $("#kpis").dataset.said = said;
    $("#kpis").replaceChildren(...cards);
  }
  chart();
}

let drawn = null;
let drawnFor = "";
function chart() {
  const kpi = view.kpis[0];
  const any = Boolean(kpi && kpi.weekly.length);
  show($("#chart-box"), any);
  if (!any) return;
  const series = [{ label: kpi.name, place: 0 }, { label: "par", place: 7 }];
  if (drawnFor !== `${view.act.name}/${kpi.kpi}`) {
    if (drawn) drawn.destroy();
    tell($("#chart-title"), `${kpi.name}, week by week [${kpi.unit}]`);
    drawn = lineChart($("#chart"), { series, height: 190, x: "week of the act", words: (data) => `${kpi.name}: last week ${figure(last(data[1]))} ${kpi.unit}, par ${figure(kpi.par)}.` });
    legend($("#chart-key"), series);
    drawnFor = `${view.act.name}/${kpi.kpi}`;
  }
  drawn.set([kpi.weekly.map((_, i) => i + 1), kpi.weekly, kpi.weekly.map(() => kpi.par)]);
}

function levers() {
  const kept = draft();
  const start = view.submitted || kept;
  $("#levers").replaceChildren(...view.levers.map((lever) => leverField(lever, start ? start.settings[lever.lever] : lever.setting)));
  $("#line").value = start ? start.line : "";
  fault("");
}

function leverField(lever, setting) {
  const id = `lever-${lever.lever}`;
  const [low, high] = lever.limits;
  const value = Math.round(Math.min(high, Math.max(low, setting)) * 100);
  const output = make("output", { for: id }, `${value}`);
  const input = make("input", { type: "range", id, name: lever.lever, min: Math.ceil(low * 100), max: Math.floor(high * 100), step: 1, value, "aria-describedby": `${id}-ends`,
    "aria-valuetext": said(value, lever) });
  input.addEventListener("input", () => {
    tell(output, input.value);
    input.setAttribute("aria-valuetext", said(Number(input.value), lever));
    keepDraft();
  });
  const bound = low > 0 || high < 1 ? make("p", { class: "bound tight" }, `The council has agreed on ${Math.ceil(low * 100)} to ${Math.floor(high * 100)}.`) : null;
  return make("div", { class: "lever" }, make("div", { class: "top" }, make("label", { for: id }, lever.name), output), input,
    make("div", { class: "ends", id: `${id}-ends` }, make("span", {}, `0: ${lever.low}`), make("span", {}, `100: ${lever.high}`)), bound);
}

const said = (value, lever) => `${value} of 100, between ${lever.low} and ${lever.high}`;

function done(mayDecide) {
  const shown = Boolean(view.submitted) && !changing && ["open", "paused", "running"].includes(view.phase);
  show($("#done"), shown);
  if (!shown) return;
  const missing = view.firm.held - view.firm.submitted;
  tell($("#done-words"), mayDecide && missing > 0 ? `Waiting for ${missing} more in your firm.` : "Your firm's decisions are in; waiting for the others in the room.");
  const lines = view.levers.map((lever) => `${lever.name}: ${Math.round(view.submitted.settings[lever.lever] * 100)}`);
  if (view.submitted.line) lines.push(`“${view.submitted.line}”`);
  $("#done-levers").replaceChildren(...lines.map((line) => make("li", {}, line)));
  show($("#change"), mayDecide && view.phase === "open");
}

function more() {
  const parts = [];
  if (view.company.length) {
    parts.push(make("h2", {}, "The company"), make("ul", { class: "kpis" }, ...view.company.map((of) => card(of, of.start, "at the start"))));
  }
  if (view.felt) {
    const worst = [...view.felt.caused].sort((a, b) => b.pain - a.pain).filter((of) => of.pain > 0.005).slice(0, 5);
    const here = [...view.felt.felt_here].sort((a, b) => b.pain - a.pain).filter((of) => of.pain > 0.005).slice(0, 5);
    if (worst.length) parts.push(make("h2", {}, "Pain that you caused"), make("p", { class: "note" }, "Where customers felt it; per 1,000 people a week."), pains(worst, "where", "Where"));
    if (here.length) parts.push(make("h2", {}, "Pain that your customers felt with you"), make("p", { class: "note" }, "And which department caused it; per 1,000 people a week."), pains(here, "due", "Caused by"));
  }
  const text = parts.map((part) => part.textContent).join("|");
  show($("#more"), parts.length > 0);
  if ($("#more").dataset.said === text) return;
  $("#more").dataset.said = text;
  $("#more").replaceChildren(...parts);
}

function pains(rows, key, head) {
  return make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, head), make("th", { scope: "col", class: "figure" }, "Pain"))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, make("th", { scope: "row" }, row[key]), make("td", { class: "figure" }, figure(row.pain))))));
}

function council() {
  show($("#council"), view.council.length > 0);
  const said = JSON.stringify(view.council);
  if ($("#council-points").dataset.said === said) return;
  $("#council-points").dataset.said = said;
  $("#council-points").replaceChildren(...view.council.map((of) =>
    make("details", {}, make("summary", {}, of.point), make("ul", {}, ...of.said.map((line) => make("li", {}, line))))));
}

function fault(text) {
  tell($("#fault"), text);
  show($("#fault"), Boolean(text));
}

$("#decide").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  keepDraft();
  const { settings, line } = draft();
  sending = true;
  fault("");
  render(view);
  try {
    await live.ask("submit", { act: view.act.name, round: view.round, settings, line });
    changing = false;
    sessionStorage.removeItem(draftKey());
  } catch (error) {
    fault(error.message);
  }
  sending = false;
  render(view);
});
$("#line").addEventListener("input", keepDraft);
$("#change").addEventListener("click", () => {
  changing = true;
  levers();
  render(view);
  $("#levers input").focus();
});
$("#rename").addEventListener("submit", async (event) => {
  event.preventDefault();
  await live.ask("rename", { name: $("#name").value }).catch((error) => fault(error.message));
});
$("#name").value = view.you.name;
render(view);
