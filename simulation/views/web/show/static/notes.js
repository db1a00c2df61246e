// The speaker's own window: it hears from the projector's page, and moves it.

import { $, $$, make, tell } from "../page.js";

const talk = new BroadcastChannel("silosim-show");
const KEYS = { " ": "play", ArrowRight: "step", ArrowLeft: "back", PageDown: "next", PageUp: "previous" };
let began = null;
let seen = -1;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const say = (act) => talk.postMessage({ do: act });

talk.addEventListener("message", ({ data }) => {
  if (!data.chapters) return;
  const { chapters, at, week, playing } = data;
  began ??= Date.now();
  tell($("#week"), `Week ${week}`);
  tell($("#play"), playing ? "Pause" : "Play");
  const key = JSON.stringify(chapters[at]);
  if (key === seen) return;
  seen = key;
  tell($("#part"), `Chapter ${at + 1} of ${chapters.length}, ${chapters[at].minutes} min`);
  tell($("#meant"), clock(60 * chapters.slice(0, at).reduce((sum, { minutes }) => sum + minutes, 0)));
  tell($("#title"), chapters[at].title);
  tell($("#words"), `On the wall: ${chapters[at].words}`);
  $("#notes").replaceChildren(...chapters[at].notes.map((note) => make("li", {}, note)));
  tell($("#coming"), at + 1 < chapters.length ? `Then: ${chapters[at + 1].title}` : "This is the last chapter.");
});

for (const button of $$("[data-do]")) button.addEventListener("click", () => say(button.dataset.do));
$("#again").addEventListener("click", () => { began = Date.now(); });
addEventListener("keydown", (event) => {
  if (!KEYS[event.key] || (event.key === " " && event.target.closest("button"))) return;
  say(KEYS[event.key]);
  event.preventDefault();
});
setInterval(() => { if (began) tell($("#clock"), clock((Date.now() - began) / 1000)); }, 500);
say("hello");
