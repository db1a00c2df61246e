// The explorer: settings go to the server, which answers at once with what stands where and then with figures that sharpen.

import { $, given, make, show, tell, themes } from "../page.js";
import { connect } from "../live.js";
import { controls, valueWords } from "./knobs.js";
import { results, swatch } from "./results.js";

const PAUSE = 200; // a slider that is dragged is sent at most so often [ms]

themes();
const { knobs } = given("given");
const byKey = new Map(knobs.map((knob) => [knob.key, knob]));
const shown = results();
let settings = null; // what the server has accepted
let wanted = null; // what was moved since, and is under way to the server
let state = null; // the server's last answer: arms, and values in each
let ticket = 0; // of the figures that are awaited
let timer = null;
let said = "";
const latest = {}; // the last snapshot of each topic

const target = () => $("#target").value;
const titleOf = (name) => state.arms.find((arm) => arm.name === name)?.title ?? name;
const control = controls($("#groups"), knobs, (knob, value) => {
  const arm = knob.common ? "" : target();
  const rest = draft().moves.filter((move) => move.key !== knob.key || (arm && move.arm !== arm));
  change({ moves: [...rest, { key: knob.key, value, arm }] });
});

const connection = connect("/live", {
  onSnapshot: (topic, data) => {
    latest[topic] = data; // snapshots may come in any order: what belongs to settings that are not here yet waits for them
    ({ settings: adopt, progress, figures })[topic](data);
  },
  onState: (word) => {
    tell($("#state"), { connecting: "connecting", live: "live", lost: "the connection is lost: trying again" }[word]);
    $("#state").dataset.state = word;
  },
});

function draft() {
  return wanted ?? settings;
}

// Take a change at once; send it when the hand rests for a moment.
function change(part) {
  wanted = { ...draft(), ...part };
  clearTimeout(timer);
  timer = setTimeout(send, PAUSE);
}

async function send() {
  const sent = wanted;
  const answer = await connection.ask("move", { settings: sent });
  if (sent !== wanted) return; // moved again meanwhile
  wanted = null;
  const faults = answer.faults ?? [];
  const homeless = control.faults(faults);
  tell($("#fault"), homeless.filter((text) => text).join(" "));
  if (faults.length) {
    refused();
    return;
  }
  tell($("#arms-fault"), "");
}

// The server's settings stand; a refused value stays in its control beside what is wrong with it.
function refused() {
  arms();
  moved();
}

function adopt(data) {
  state = data;
  ticket = data.ticket;
  settings = data.settings;
  arms();
  moved();
  if (wanted === null) control.set(data, target());
  $("#found").classList.add("stale");
  $("#found").setAttribute("aria-busy", "true");
  if (latest.progress) progress(latest.progress);
  if (latest.figures) figures(latest.figures);
}

function arms() {
  const old = target();
  $("#arms").replaceChildren(
    ...state.arms.map((arm) => {
      const box = make("input", { type: "checkbox", id: `arm-${arm.name}`, onchange: (event) => choose(arm.name, event.target.checked) });
      const run = arm.place !== null;
      box.checked = run;
      const own = settings.variants.some((variant) => variant.name === arm.name);
      return make("li", {}, make("label", { for: box.id }, box, " ", run ? swatch(arm.place) : null, ` ${arm.title}`), own ? make("button", { type: "button", class: "quiet small", onclick: () => remove(arm.name), "aria-label": `Remove ${arm.title}` }, "Remove") : null);
    }),
  );
  $("#target").replaceChildren(make("option", { value: "" }, "every arm"), ...state.arms.map((arm) => make("option", { value: arm.name }, `only: ${arm.title}`)));
  if (state.arms.some((arm) => arm.name === old)) $("#target").value = old;
  const of = $("#of").value;
  $("#of").replaceChildren(...state.arms.map((arm) => make("option", { value: arm.name }, arm.title)));
  if (state.arms.some((arm) => arm.name === of)) $("#of").value = of;
  const run = state.arms.filter((arm) => arm.place !== null);
  $("#baseline").replaceChildren(...run.map((arm) => make("option", { value: arm.name }, arm.title)));
  $("#baseline").value = run.find((arm) => arm.place === 0).name;
  $("#baseline").disabled = run.length === 1;
}

function choose(name, run) {
  const left = state.arms.filter((arm) => (arm.name === name ? run : arm.place !== null)).map((arm) => arm.name);
  if (left.length === 0) {
    tell($("#arms-fault"), "At least one arm is needed.");
    $(`#arm-${name}`).checked = true;
    return;
  }
  change({ arms: left.length === state.arms.length ? [] : left, ...without(run ? [] : [name]) });
}

// The baseline is the first again when the arm that was it is no longer compared.
function without(names) {
  return names.includes(draft().baseline) ? { baseline: "" } : {};
}

function remove(name) {
  const now = draft();
  if (state.arms.length === 1) return;
  const gone = new Set([name]);
  for (const variant of now.variants) if (gone.has(variant.of)) gone.add(variant.name);
  change({
    variants: now.variants.filter((variant) => !gone.has(variant.name)),
    moves: now.moves.filter((move) => !gone.has(move.arm)),
    arms: now.arms.filter((arm) => !gone.has(arm)),
    ...without([...gone]),
  });
}

$("#add").addEventListener("click", () => {
  const now = draft();
  const taken = new Set(state.arms.map((arm) => arm.name).concat(now.variants.map((variant) => variant.name)));
  let number = 1;
  while (taken.has(`variant_${number}`)) number += 1;
  const of = $("#of").value;
  const name = `variant_${number}`;
  change({ variants: [...now.variants, { name, of, title: `Variant ${number} of ${titleOf(of)}` }], arms: now.arms.length ? [...now.arms, name] : [] });
});

function moved() {
  show($("#moved"), settings.moves.length > 0);
  $("#moves").replaceChildren(
    ...settings.moves.map((move) => {
      const knob = byKey.get(move.key);
      const words = `${knob.label}: ${valueWords(knob, move.value)}${move.arm ? `, only in ${titleOf(move.arm)}` : ""}`;
      const back = () => change({ moves: draft().moves.filter((each) => each.key !== move.key || each.arm !== move.arm) });
      return make("li", {}, make("span", {}, words), make("button", { type: "button", class: "quiet small", onclick: back, "aria-label": `Put back ${knob.label}` }, "Put back"));
    }),
  );
}

$("#baseline").addEventListener("change", (event) => change({ baseline: event.target.value }));
$("#reset").addEventListener("click", () => change({ moves: [] }));
$("#target").addEventListener("change", () => control.set(state, target()));
$("#find").addEventListener("input", (event) => control.filter(event.target.value));

function progress(data) {
  if (data.ticket !== ticket) return;
  if (data.fault) {
    tell($("#fault"), data.fault);
    return;
  }
  $("#progress").value = data.done / data.planned;
  if ($("#found").classList.contains("stale")) tell($("#so-far"), "Under way; below is still the answer from before your last move.");
}

function figures(data) {
  if (data.ticket !== ticket) return;
  const { replications, people } = data.figures;
  const size = `${replications} replication${replications === 1 ? "" : "s"} of ${people.toLocaleString("en-GB")} people`;
  const words = data.final
    ? `All ${size} are in: this is what silosim compare finds, too.`
    : data.quick
      ? `A first answer from ${size}; it will be replaced by what was asked for (${data.done} of ${data.planned} replications so far).`
      : `So far ${size}, of ${data.planned} replications.`;
  tell($("#so-far"), words);
  $("#progress").value = data.done / data.planned;
  show($("#found"), true);
  $("#found").classList.remove("stale");
  $("#found").removeAttribute("aria-busy");
  $("#found").dataset.stage = data.final ? "final" : data.quick ? "quick" : "growing";
  shown.set(data.figures);
  show($("#report"), !data.quick);
  // Read out the first answer, and the last; not each step in between.
  const stage = `${data.ticket} ${data.final} ${data.quick}`;
  if (data.final || said.split(" ")[0] !== String(data.ticket)) {
    if (said !== stage) tell($("#live"), `${words} ${data.figures.answer.join(" ")}`);
    said = stage;
  }
}
