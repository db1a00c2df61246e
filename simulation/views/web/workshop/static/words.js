// Figures, times and phases in words, the same on every page of the workshop.

import { tell, show } from "../page.js";

export function figure(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export const money = (value, currency) => `${Math.round(value).toLocaleString("en-GB")} ${currency}`;
export const last = (list) => (list.length ? list[list.length - 1] : null);

const PHASES = {
  lobby: () => "The play has not begun yet",
  open: (view) => `Round ${view.round} of ${view.rounds}: decide`,
  paused: (view) => `Round ${view.round} of ${view.rounds}: paused`,
  running: (view) => `Round ${view.round} of ${view.rounds}: your ${view.weeks} weeks are being lived`,
  between: (view) => (view.round ? `Round ${view.round} of ${view.rounds} is over` : "Other rules from now on"),
  ended: () => "The play is over: on to the debrief",
};
export const phaseWords = (view) => PHASES[view.phase](view);
export const actWords = (view) => `Act ${view.act.number} of ${view.act.of}: ${view.act.title}`;

// A clock that counts down to the end of the round by the server's time, whatever the phone's own clock says.
export function countdown(element) {
  let view = null;
  let ahead = 0; // the server's clock minus ours [ms]
  const draw = () => {
    const shown = view && (view.phase === "open" || view.phase === "paused");
    show(element, Boolean(shown));
    if (!shown) return;
    const left = view.phase === "paused" ? view.left : view.ends - (Date.now() + ahead) / 1000;
    const seconds = Math.max(0, Math.ceil(left));
    tell(element, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
    element.toggleAttribute("data-soon", seconds <= 20 && view.phase === "open");
  };
  setInterval(draw, 250);
  return (next) => {
    view = next;
    ahead = next.now * 1000 - Date.now();
    draw();
  };
}

const STATES = { live: "connected", connecting: "connecting…", lost: "no connection: trying again" };
export const stateShown = (element) => (state) => {
  element.dataset.state = state;
  tell(element, STATES[state]);
};

// Whether a figure is better or worse than what it is held against: a word, never only a colour.
export function against(value, base, better, what) {
  if (value === null || base === null || base === undefined) return ["", ""];
  if (Math.abs(value - base) < 1e-9) return ["", `at ${what}`];
  const good = value > base === (better === "higher");
  return [good ? "better" : "worse", `${good ? "better" : "worse"} than ${what} (${figure(base)})`];
}
