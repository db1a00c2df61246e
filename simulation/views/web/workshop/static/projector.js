// The projector: how to join, how far the room is, who leads; customers' figures only where everybody may see them.

import { lineChart, legend } from "../charts.js";
import { connect } from "../live.js";
import { $, given, make, show, tell, themes } from "../page.js";
import { actWords, countdown, figure, last, money, phaseWords, stateShown } from "./words.js";

themes();
const LINES = 8; // lines on the chart: more cannot be told apart
const clock = countdown($("#clock"));
connect("/live/projector", {
  onSnapshot: (_topic, data) => render(data),
  onState: stateShown($("#state")),
  onEnd: (reason) => tell($("#phase"), reason),
});

// Small moves must not look large: the axis spans at least four points of loyalty.
const steady = (_plot, low, high) => {
  const half = Math.max(2, (high - low) * 0.55);
  const middle = (high + low) / 2;
  return [middle - half, middle + half];
};

const STATUS = { waiting: "not begun", deciding: "deciding", closed: "weeks pass", ran: "done" };

function render(view) {
  tell($("#act"), actWords(view));
  tell($("#phase"), phaseWords(view));
  tell($("#broadcast"), view.broadcast);
  show($("#broadcast"), Boolean(view.broadcast));
  clock(view);
  const lobby = view.phase === "lobby";
  show($("#join"), lobby);
  show($("#corner"), !lobby);
  meeting(view);
  show($("#board"), !lobby && !$("#screen").value);
  tell($("#people"), view.players ? `${view.players} in the room, ${view.seated} with a department` : "Nobody has joined yet");
  if (!$("#board").hidden) board(view);
}

// The council of one firm at a time, point by point of its agenda: the whole minutes would fill ten screens.
let at = 0;
let meetingOf = "";
let shown = null;
function meeting(view) {
  shown = view;
  const choice = $("#screen");
  show($("#choice"), view.meetings.length > 0);
  const firms = [["", "The board"], ...view.meetings.map((of) => [of.firm, `The council of ${of.name}`])];
  const names = JSON.stringify(firms);
  if (choice.dataset.said !== names) {
    const before = choice.value;
    choice.dataset.said = names;
    choice.replaceChildren(...firms.map(([firm, words]) => make("option", { value: firm }, words)));
    choice.value = firms.some(([firm]) => firm === before) ? before : "";
  }
  const of = view.meetings.find((each) => each.firm === choice.value);
  for (const id of ["meeting", "back", "next"]) show($(`#${id}`), Boolean(of));
  if (!of) return;
  const which = `${view.act.name}/${view.round}/${of.firm}`;
  if (which !== meetingOf) [at, meetingOf] = [0, which];
  const point = of.points[at];
  tell($("#meeting-of"), `The council of ${of.name}: point ${at + 1} of ${of.points.length}`);
  tell($("#meeting-title"), point.point);
  $("#meeting-said").replaceChildren(...point.said.map((line) => make("li", {}, line)));
  $("#back").disabled = at === 0;
  $("#next").disabled = at === of.points.length - 1;
}

function turn(by) {
  const of = shown.meetings.find((each) => each.firm === $("#screen").value);
  if (!of) return;
  at = Math.min(of.points.length - 1, Math.max(0, at + by));
  meeting(shown);
}
$("#screen").addEventListener("change", () => render(shown));
$("#back").addEventListener("click", () => turn(-1));
$("#next").addEventListener("click", () => turn(1));
addEventListener("keydown", (event) => {
  if (event.target === $("#screen")) return;
  if (event.key === "ArrowRight" || event.key === "PageDown") turn(1);
  if (event.key === "ArrowLeft" || event.key === "PageUp") turn(-1);
});

const loyaltyOf = (firm) => firm.company.find((of) => of.metric === "loyalty");

function board(view) {
  const shown = view.revealed;
  const rank = (firm) => (shown && loyaltyOf(firm).rounds.length ? last(loyaltyOf(firm).rounds) : firm.bonus.total);
  const firms = [...view.firms].sort((a, b) => rank(b) - rank(a));
  tell($("#board-title"), shown ? "Loyalty of customers, and bonus" : "Bonus earned in this act");
  const heads = ["", "Firm", "", ...(shown ? ["Loyalty", "since the start"] : []), `Bonus [${view.currency}]`];
  $("#board-head").replaceChildren(make("tr", {}, ...heads.map((words, i) => make("th", { scope: "col", class: i > 2 ? "figure" : "" }, words))));
  $("#board-rows").replaceChildren(...firms.map((firm, place) => {
    const cells = [make("td", { class: "figure" }, `${place + 1}`), make("th", { scope: "row" }, firm.name),
      make("td", {}, firm.status === "deciding" ? (firm.held ? `${firm.submitted} of ${firm.held}` : "nobody sits") : STATUS[firm.status])];
    if (shown) {
      const loyalty = loyaltyOf(firm);
      const now = last(loyalty.rounds);
      const moved = now === null ? null : now - loyalty.start;
      cells.push(make("td", { class: "figure" }, figure(now)), make("td", { class: "figure" }, moved === null ? "–" : `${moved >= 0 ? "+" : "−"}${figure(Math.abs(moved))}`));
    }
    cells.push(make("td", { class: "figure" }, money(firm.bonus.total, "").trim()));
    return make("tr", {}, ...cells);
  }));
  tell($("#board-note"), shown ? "Loyalty 0-100, mean of the last round. All firms meet the same customers with the same luck."
    : "What customers feel is not shown: in this act no department sees it. All firms meet the same customers with the same luck.");
  chart(view);
}

let drawn = null;
let drawnFor = "";
function chart(view) {
  const shown = view.revealed;
  const firms = view.firms.slice(0, LINES);
  const length = Math.max(...firms.map((firm) => (shown ? loyaltyOf(firm).weekly.length : firm.bonus.rounds.length)));
  const title = shown ? "Loyalty of customers, week by week" : "Bonus earned, round by round";
  const series = firms.map((firm) => ({ label: firm.name }));
  const key = `${title}/${series.map((of) => of.label).join("/")}`;
  if (key !== drawnFor) {
    if (drawn) drawn.destroy();
    const large = innerWidth > 1000;
    drawn = lineChart($("#chart"), {
      series, marks: !shown, unit: shown ? "loyalty, 0-100" : view.currency, x: shown ? "week of the act" : "round", range: shown ? steady : (_plot, _low, high) => [0, (high || 1) * 1.1], type: large ? 22 : 14, height: large ? Math.max(320, innerHeight * 0.52) : 260,
      words: () => `${title}. ${view.firms.slice(0, LINES).map((firm) => firm.name).join(", ")}; the table gives the figures.`,
    });
    legend($("#chart-key"), series);
    drawnFor = key;
  }
  tell($("#chart-title"), view.firms.length > LINES ? `${title}: the first ${LINES} firms` : title);
  drawn.set([Array.from({ length }, (_, i) => i + 1), ...firms.map((firm) => padded(shown ? loyaltyOf(firm).weekly : firm.bonus.rounds, length))]);
}

const padded = (list, length) => [...list, ...Array(length - list.length).fill(null)];

render(given("view"));
