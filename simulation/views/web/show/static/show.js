// The projector's page: chapters, playing, views, one customer followed in both worlds, and a rule changed on request.

import { lineChart } from "../charts.js";
import { $, given, make, show, tell } from "../page.js";
import { MOODS, crowd, drawFace } from "./crowd.js";
import { farthest, fixed, follower, lamps, level, leverRows, painRows, signed } from "./panels.js";
import { CUSTOMER, byLuck, performed } from "./worlds.js";

const VIEWS = ["people", "scores", "levers", "pain", "follow"];
const bill = given("bill");
const state = { week: 0, until: bill.weeks - 1, playing: false, chapter: 0, view: "people", person: null, wishes: [], left: bill.left, right: bill.right };
const sides = ["left", "right"].map((id) => ({ id, root: $(`#${id}`), part: (name) => $(`[data-part="${name}"]`, $(`#${id}`)) }));
const talk = new BroadcastChannel("silosim-show");
let told = null;
let timer = 0;
let charts = [];
let lives = [];

// ---- the worlds ------------------------------------------------------------------------------------------------------

const wanted = () => ({ left: state.left, right: state.right, wishes: state.wishes });

async function stageAnew() {
  told = await performed(wanted());
  for (const plot of [...charts, ...lives]) plot.destroy();
  sides.forEach((side, s) => {
    tell($(`#${side.id}-title`), told.worlds[s].title);
    side.root.querySelector("h2").title = told.worlds[s].title;
    side.crowd ??= crowd(side.part("crowd"), told.firm.touchpoints, (person) => follow(person));
    side.lamps = lamps(side.part("lamps"), told.firm.departments);
    side.levers = leverRows(side.part("levers"), told.firm, farthest(told.worlds, told.firm.levers, 7));
    side.pain = painRows(side.part("pain"), told.firm, told.worlds);
    side.follower = follower(side.part("follow"), told.firm);
  });
  charts = [scoresChart(), loyaltyChart()];
  lives = sides.map((side, s) => lifeChart(side.follower.chart, s));
  state.person ??= someone();
  $("#play").disabled = false;
}

// Whoever the chapter on one customer chose; else the first customer.
function someone() {
  if (told.person !== null) return told.person;
  const world = told.worlds[0];
  return Math.max(0, world.stage.subarray(0, world.count).indexOf(CUSTOMER));
}

// ---- charts ----------------------------------------------------------------------------------------------------------

const type = () => Math.max(15, Math.min(22, innerWidth / 90));
const names = () => told.worlds.map((world, place) => ({ label: world.title, place, width: 4 }));
const weeks = () => Array.from({ length: bill.weeks }, (_, week) => week);
const upTo = (values, week) => values.map((value, at) => (at <= week ? value : null));

function rangeOf(courses, least) {
  const known = courses.flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = Math.max((high - low) * 0.08, least);
  return [low - room, high + room];
}

const meanScore = (world) => weeks().map((week) => world.scores.reduce((sum, of) => sum + level(of, week), 0) / world.scores.length);

function pairChart(box, courses, unit, least, what) {
  const [low, high] = rangeOf(courses, least);
  const height = Math.max(180, Math.round(Math.min(innerHeight * 0.58, innerWidth * 0.6)));
  const words = ([xs, ...both]) => {
    const week = both[0].filter((value) => value !== null).length - 1;
    return `${what}, week ${xs[Math.max(0, week)]}: ${both.map((of, s) => `${told.worlds[s].title} ${fixed(of[week])}`).join("; ")}.`;
  };
  const plot = lineChart(box, { series: names(), unit, height, type: type(), range: [low, high], words });
  return { set: (week) => plot.set([weeks(), ...courses.map((course) => upTo(course, week))]), destroy: plot.destroy };
}

const scoresChart = () => pairChart($("#scores-chart"), told.worlds.map(meanScore), "", 0.2, "Mean scorecard");
const loyaltyChart = () => pairChart($("#loyalty-chart"), told.worlds.map((world) => world.gauges.loyalty), "", 0.5, "Loyalty");

// One person's loyalty in her own world as the thick line, in the other as the thin one.
function lifeChart(box, s) {
  const height = Math.max(150, Math.round(innerHeight * 0.22));
  const series = told.worlds.map((world, place) => ({ label: world.title, place, width: place === s ? 5 : 1.5 }));
  const plot = lineChart(box, { series, height, type: type(), words: () => "" });
  const course = (world, person) =>
    weeks().map((week) => {
      const at = week * world.count + person;
      return world.stage[at] >= CUSTOMER ? world.loyalty[at] / 100 : null;
    });
  return { set: (week, person) => plot.set([weeks(), ...told.worlds.map((world) => upTo(course(world, person), week))]), destroy: plot.destroy };
}

// ---- drawing a week --------------------------------------------------------------------------------------------------

function draw() {
  if (!told) return;
  const { week, view } = state;
  tell($("#week"), `Week ${week} · year ${Math.floor(week / 52) + 1}`);
  $("#jump").value = week;
  $("#jump").setAttribute("aria-valuetext", `week ${week}`);
  tell($("#play"), state.playing ? "Pause" : "Play");
  sides.forEach((side, s) => drawWorld(side, told.worlds[s]));
  show($("#charts"), view === "scores");
  $(".worlds").classList.toggle("with-charts", view === "scores");
  show($("#key"), view === "people");
  if (view === "scores") for (const plot of charts) plot.set(week);
  if (view === "follow") {
    for (const plot of lives) plot.set(week, state.person);
  }
  announce();
}

function drawWorld(side, world) {
  const { week, view } = state;
  const loyalty = level(world.gauges.loyalty, week);
  const moved = loyalty === null ? null : loyalty - level(world.gauges.loyalty, 0);
  tell(side.part("loyalty"), fixed(loyalty));
  tell(side.part("moved"), moved === null ? "" : `${moved > 0.05 ? "▲" : moved < -0.05 ? "▼" : "■"} ${signed(moved)}`);
  side.lamps(world, week);
  for (const name of ["crowd", "levers", "pain", "follow"]) show(side.part(name), name === (view === "people" ? "crowd" : view));
  show(side.part("stage"), view !== "scores");
  if (view === "people") side.crowd.set(world, told.moods, week, state.person);
  if (view === "levers") side.levers(world, week);
  if (view === "pain") side.pain(world, week);
  if (view === "follow") side.follower.set(world, week, state.person);
}

function keys() {
  $("#key").replaceChildren(
    make("li", {}, make("strong", {}, "Loyalty")),
    ...Object.entries(MOODS).map(([mood, { words }]) => {
      const size = Math.round(type() * 1.5);
      const canvas = make("canvas", { width: size, height: size, "aria-hidden": "true" });
      drawFace(canvas.getContext("2d"), mood, size / 2, size / 2, size * 0.38);
      return make("li", {}, canvas, ` ${words}`);
    }),
    make("li", {}, make("strong", {}, "!"), " problem still open"),
  );
}

// ---- time and chapters -----------------------------------------------------------------------------------------------

const chapter = () => told.chapters[state.chapter];

function goTo(week) {
  state.week = Math.max(0, Math.min(bill.weeks - 1, week));
  draw();
}

function play() {
  if (!told || state.playing) return;
  if (state.week >= state.until) state.until = bill.weeks - 1;
  if (state.week >= state.until) state.week = 0;
  state.playing = true;
  beat();
}

function beat() {
  if (!state.playing) return;
  if (state.week >= state.until) return pause();
  goTo(state.week + 1);
  timer = setTimeout(beat, Number($("#speed").value));
}

function pause() {
  clearTimeout(timer);
  state.playing = false;
  draw();
}

function step(weeks) {
  if (!told) return;
  pause();
  goTo(state.week + weeks);
}

function enter(position) {
  if (!told || position < 0 || position >= told.chapters.length) return;
  pause();
  state.chapter = position;
  const { title, words, view, start, end } = chapter();
  tell($("#title"), `${position + 1}. ${title}`);
  tell($("#words"), words);
  show($("#luck"), position === told.chapters.length - 2);
  if (view === "follow") state.person = someone();
  state.until = end;
  look(view);
  goTo(start);
}

function look(view) {
  state.view = view;
  $("#view").value = view;
  if (told) tell($("#words"), chapter().words);
  draw();
}

function follow(person) {
  const { count } = told.worlds[0];
  state.person = ((person % count) + count) % count;
  const world = told.worlds[0];
  const segment = told.firm.segments[world.segment[state.week * count + state.person]];
  tell($("#words"), `Person ${world.slots[state.person].toLocaleString("en-US")} (${segment}) is followed: she has a ring among the people; view 5 tells her weeks.`);
  draw();
}

async function tellLuck() {
  const button = $("#luck");
  button.disabled = true;
  tell($("#words"), "Counting over other people and other luck. This takes some seconds.");
  try {
    tell($("#words"), (await byLuck(wanted())).words.join(" "));
  } catch (error) {
    tell($("#words"), error.message);
  }
  button.disabled = false;
}

// ---- a rule changed --------------------------------------------------------------------------------------------------

const dialog = $("#changing");
const form = $("#wish");

function openChange() {
  if (!told) return;
  pause();
  tell($("#from-week"), String(state.week));
  $("#arm").value = state[$("#side").value];
  words();
  dialog.showModal();
}

function words() {
  const option = form.elements.lever.selectedOptions[0];
  tell($("#low"), option.dataset.low);
  tell($("#high"), option.dataset.high);
  tell($("#setting-out"), `${form.elements.setting.value} %`);
  if (form.elements.weight) tell($("#weight-out"), `${form.elements.weight.value} %`);
  $("#undo").disabled = !state.wishes.length;
}

function wish() {
  const of = form.elements;
  const asked = { side: of.side.value, week: state.week };
  if (of.weigh?.checked) asked.shared_weight = Number(of.weight.value) / 100;
  if (of.see.checked) asked.regime = of.regime.value;
  if (of.order.checked) Object.assign(asked, { lever: of.lever.value, setting: Number(of.setting.value) / 100 });
  return asked;
}

async function live(change) {
  const before = { wishes: state.wishes, left: state.left, right: state.right };
  const { week, chapter: at, view } = state;
  change();
  $("#live").disabled = true;
  show($("#fault"), false);
  try {
    await stageAnew();
    dialog.close();
    enter(at);
    look(view);
    state.until = bill.weeks - 1;
    goTo(week);
  } catch (error) {
    Object.assign(state, before);
    tell($("#fault"), error.message);
    show($("#fault"), true);
  }
  $("#live").disabled = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = wish();
  const arm = form.elements.arm.value;
  const empty = asked.shared_weight === undefined && asked.regime === undefined && asked.lever === undefined;
  if (empty && arm === state[asked.side]) {
    tell($("#fault"), "Tick what is to change, or choose other rules.");
    show($("#fault"), true);
    return;
  }
  live(() => {
    if (arm !== state[asked.side]) state.wishes = state.wishes.filter((one) => one.side !== asked.side);
    state[asked.side] = arm;
    if (!empty) state.wishes = [...state.wishes, asked];
  });
});
form.addEventListener("input", words);
$("#side").addEventListener("change", () => { $("#arm").value = state[$("#side").value]; });
for (const [box, of] of [["weigh", "weight"], ["see", "regime"], ["order", "lever"], ["order", "setting"]])
  form.elements[of]?.addEventListener("input", () => { form.elements[box].checked = true; });
$("#undo").addEventListener("click", () => live(() => { state.wishes = state.wishes.slice(0, -1); }));
$("#close").addEventListener("click", () => dialog.close());

// ---- keys, buttons, the speaker's window -----------------------------------------------------------------------------

const acts = {
  play: () => (state.playing ? pause() : play()),
  step: () => step(1),
  back: () => step(-1),
  next: () => enter(state.chapter + 1),
  previous: () => enter(state.chapter - 1),
  notes: () => open("notes", "silosim-notes", "width=900,height=700"),
  change: openChange,
  luck: tellLuck,
};
const KEYS = { " ": "play", ArrowRight: "step", ArrowLeft: "back", PageDown: "next", PageUp: "previous", n: "notes", c: "change" };

addEventListener("keydown", (event) => {
  if (dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === " " && event.target.closest("button, select")) return;
  if (typing && event.key.startsWith("Arrow")) return;
  if (KEYS[event.key]) acts[KEYS[event.key]]();
  else if (VIEWS[Number(event.key) - 1]) look(VIEWS[Number(event.key) - 1]);
  else if (told && (event.key === "]" || event.key === "[")) follow(state.person + (event.key === "]" ? 1 : -1));
  else return;
  event.preventDefault();
});
for (const name of ["play", "step", "next", "previous", "notes", "change", "luck"]) $(`#${name}`).addEventListener("click", () => acts[name]());
$("#jump").addEventListener("input", (event) => { clearTimeout(timer); state.playing = false; goTo(Number(event.target.value)); });
$("#view").addEventListener("change", (event) => look(event.target.value));

function announce() {
  const { week, playing, chapter: at } = state;
  talk.postMessage({ chapters: told.chapters, at, week, playing });
}
talk.addEventListener("message", ({ data }) => {
  if (data.do === "hello") draw();
  else if (["play", "step", "back", "next", "previous"].includes(data.do)) acts[data.do]();
});

show($("#luck"), false);
keys();
stageAnew().then(() => enter(0), (error) => { tell($("#words"), error.message); });
