// The facilitator's page: rounds, acts, people. The server checks each action; this page only asks.

import { connect } from "../live.js";
import { $, $$, given, make, show, tell, themes } from "../page.js";
import { actWords, countdown, figure, last, money, phaseWords, stateShown } from "./words.js";

themes();
let view = given("view");
let chosen = null; // the player whose dialog is open
const clock = countdown($("#clock"));
const live = connect("/live/facilitator", {
  onSnapshot: (_topic, data) => render(data),
  onState: stateShown($("#state")),
  onEnd: (reason) => fault(reason),
});

function fault(text) {
  tell($("#fault"), text);
  show($("#fault"), Boolean(text));
}

async function ask(action, fields = {}) {
  try {
    const answer = await live.ask(action, fields);
    fault("");
    return answer;
  } catch (error) {
    fault(error.message);
    return null;
  }
}

const STATUS = { waiting: "not begun", deciding: "deciding", closed: "being lived", ran: "done" };
const can = {
  open: () => ["lobby", "between"].includes(view.phase) && view.round < view.rounds,
  pause: () => view.phase === "open",
  resume: () => view.phase === "paused",
  extend: () => ["open", "paused"].includes(view.phase),
  close: () => ["open", "paused"].includes(view.phase),
  act: () => ["lobby", "between"].includes(view.phase),
  reveal: () => true,
  end: () => ["lobby", "between"].includes(view.phase),
};

function render(next) {
  view = next;
  tell($("#act"), actWords(view));
  tell($("#phase"), phaseWords(view));
  clock(view);
  const seated = view.firms.flatMap((firm) => firm.seats).filter((seat) => seat.player);
  tell($("#progress"), `${view.players.length} in the room, ${seated.length} with a department` +
    (view.phase === "open" ? `; ${seated.filter((seat) => seat.submitted).length} have submitted` : ""));
  for (const button of $$("[data-do]")) button.disabled = !can[button.dataset.do]();
  tell($("#reveal"), view.revealed ? "Hide customers' figures on the projector" : "Show customers' figures on the projector");
  acts();
  show($("#agree"), Boolean(view.council));
  options($("#agree-firm"), view.firms.map((firm) => [firm.firm, firm.name]));
  $("#firms").replaceChildren(...view.firms.map(firmPanel));
  const waiting = view.players.filter((player) => !player.department);
  show($("#waiting-box"), waiting.length > 0);
  $("#waiting").replaceChildren(...waiting.map((player) => make("li", {}, personButton(player.player, player.name))));
}

function options(select, pairs) {
  const said = JSON.stringify(pairs);
  if (select.dataset.said === said) return;
  const kept = select.value;
  select.dataset.said = said;
  select.replaceChildren(...pairs.map(([value, words]) => make("option", { value }, words)));
  if (pairs.some(([value]) => value === kept)) select.value = kept;
}

function acts() {
  const before = $("#to-act").dataset.current;
  options($("#to-act"), view.acts.map((act, i) => [act.name, `${i + 1}. ${act.title} (${act.played} of ${view.rounds} rounds played)`]));
  if (before !== view.act.name) {
    $("#to-act").dataset.current = view.act.name;
    const at = view.acts.findIndex((act) => act.name === view.act.name);
    const offered = view.acts[at].played >= view.rounds ? Math.min(at + 1, view.acts.length - 1) : at;
    $("#to-act").value = view.acts[offered].name;
  }
}

const personButton = (player, name) => make("button", { type: "button", class: "quiet small", onclick: () => person(player) }, name);

function firmPanel(firm) {
  const loyalty = firm.company.find((of) => of.metric === "loyalty");
  const figures = [`bonus ${money(firm.bonus.total, view.currency)}`];
  if (loyalty && loyalty.rounds.length) figures.push(`loyalty ${figure(last(loyalty.rounds))} (start ${figure(loyalty.start)})`);
  const head = make("div", { class: "firm-head" }, make("h3", {}, firm.name),
    make("span", { class: "status", "data-status": firm.status }, STATUS[firm.status]),
    make("span", {}, firm.status === "deciding" ? `${firm.submitted} of ${firm.held} submitted` : ""),
    make("span", { class: "note" }, figures.join(", ")),
    firm.status === "deciding" ? make("button", { type: "button", class: "quiet small", onclick: () => ask("advance", { firm: firm.firm }), "aria-label": `Close the round of ${firm.name}` }, "Do not wait for them") : null);
  const rows = firm.seats.map((seat) =>
    make("tr", {}, make("th", { scope: "row" }, seat.name),
      make("td", {}, seat.player ? personButton(seat.player, seat.player_name) : make("span", { class: "note" }, "the simulation plays")),
      make("td", {}, seat.submitted ? "submitted" : ""),
      make("td", { class: "said" }, seat.line ? `“${seat.line}”` : "")));
  return make("section", { class: "panel", "aria-label": firm.name }, head, make("table", {}, make("thead", {}, make("tr", {},
    ...["Department", "Who", "Decision", "Why"].map((words) => make("th", { scope: "col" }, words)))), make("tbody", {}, ...rows)));
}

function person(key) {
  chosen = view.players.find((player) => player.player === key);
  if (!chosen) return;
  tell($("#player-title"), chosen.name);
  $("#player-name").value = chosen.name;
  const free = view.firms.flatMap((firm) => firm.seats.filter((seat) => !seat.player).map((seat) => [`${firm.firm}/${seat.department}`, `${firm.name}: ${seat.name}`]));
  options($("#player-seat"), free);
  show($("#player-link"), false);
  $("#player").showModal();
}

for (const button of $$("[data-do]")) {
  button.addEventListener("click", () => {
    const action = button.dataset.do;
    const fields = {
      open: () => ({ seconds: Number($("#seconds").value) }),
      extend: () => ({ seconds: Number(button.dataset.seconds) }),
      act: () => ({ act: $("#to-act").value }),
      reveal: () => ({ shown: !view.revealed }),
    }[action];
    if (action === "end" && !confirm("End the play? No more rounds can be opened.")) return;
    ask(action, fields ? fields() : {});
  });
}
$("#broadcast-form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask("broadcast", { text: $("#text").value });
});
$("#unsend").addEventListener("click", () => {
  $("#text").value = "";
  ask("broadcast", { text: "" });
});
$("#agree").addEventListener("submit", (event) => {
  event.preventDefault();
  ask("agree", { firm: $("#agree-firm").value, lever: $("#agree-lever").value, low: Number($("#agree-low").value) / 100, high: Number($("#agree-high").value) / 100 });
});
$("#player-rename").addEventListener("click", () => ask("rename", { player: chosen.player, name: $("#player-name").value }));
$("#player-move").addEventListener("click", () => {
  const [firm, department] = $("#player-seat").value.split("/");
  ask("move", { player: chosen.player, firm, department });
});
$("#player-remove").addEventListener("click", async () => {
  if (!confirm(`Remove ${chosen.name} from the session?`)) return;
  await ask("remove", { player: chosen.player });
  $("#player").close();
});
$("#player-replace").addEventListener("click", async () => {
  const answer = await ask("replace", { player: chosen.player });
  if (!answer || !answer.link) return;
  tell($("#player-url"), answer.link);
  $("#player-qr").src = answer.qr;
  show($("#player-link"), true);
});
$("#wipe-word").addEventListener("input", () => { $("#wipe").disabled = $("#wipe-word").value.trim().toUpperCase() !== "WIPE"; });
$("#wipe").addEventListener("click", async () => {
  if (await ask("wipe")) location.reload();
});
render(view);
