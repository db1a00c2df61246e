// The controls: one for each knob that the scenario offers, grouped; each tells its value in the arm that is moved.

import { make, show, tell } from "../page.js";

const idOf = (key) => `knob-${key.replaceAll("*", "every").replaceAll(".", "-")}`;
const figure = (value) => String(Math.round(value * 1000) / 1000);

// What a knob's value is called.
export function valueWords(knob, value) {
  if (value === null || value === undefined) return knob.left_open || "–";
  if (knob.kind === "part" || knob.kind === "truth") return value ? "yes" : "no";
  if (knob.options) return knob.options[value] ?? String(value);
  return knob.kind === "whole" ? Number(value).toLocaleString("en-GB") : figure(value);
}

// `onMove(knob, value)` when something is moved. Returns { set(state, target), faults(list), filter(text) }.
export function controls(root, knobs, onMove) {
  const all = new Map();
  const groups = new Map();
  for (const knob of knobs) {
    if (!groups.has(knob.group)) groups.set(knob.group, group(root, knob.group));
    const control = one(knob, onMove);
    groups.get(knob.group).append(control.element);
    all.set(knob.key, control);
  }
  return {
    set(state, target) {
      for (const control of all.values()) control.set(state, target);
    },
    // Show each fault at its knob; returns the texts for which there is none.
    faults(list) {
      for (const control of all.values()) control.fault("");
      const homeless = [];
      for (const { key, text } of list) {
        const control = all.get(key) ?? [...all].find(([known]) => key.startsWith(known) || known.startsWith(`${key}.`))?.[1];
        if (control) control.fault(text);
        else homeless.push(key && key !== "arms" ? `${key}: ${text}` : text);
      }
      return homeless;
    },
    filter(text) {
      const wanted = text.trim().toLowerCase();
      for (const [name, body] of groups) {
        let some = 0;
        for (const control of all.values()) {
          if (control.knob.group !== name) continue;
          const fits = !wanted || `${control.knob.label} ${control.knob.words} ${name}`.toLowerCase().includes(wanted);
          show(control.element, fits);
          some += fits ? 1 : 0;
        }
        show(body.parentElement, some > 0);
        if (wanted) body.parentElement.open = some > 0;
      }
    },
  };
}

function group(root, name) {
  const body = make("div", { class: "knobs" });
  root.append(make("details", { class: "group", open: root.childElementCount === 0 && matchMedia("(min-width: 60rem)").matches }, make("summary", {}, name), body));
  return body;
}

function one(knob, onMove) {
  const id = idOf(knob.key);
  const value = make("output", { class: "figure", for: id });
  const fault = make("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  const told = make("p", { class: "note", id: `${id}-words` }, knob.words, knob.common && !knob.words.includes("every arm") ? " In every arm." : "");
  const input = field(knob, id);
  input.element.setAttribute("aria-describedby", `${id}-words ${id}-fault`);
  const open = knob.left_open ? make("input", { type: "checkbox", id: `${id}-open` }) : null;
  const element = make(
    "div",
    { class: `knob ${knob.kind}`, "data-key": knob.key },
    make("div", { class: "head" }, make("label", { for: id }, knob.label), value),
    input.element,
    knob.low_words ? make("div", { class: "ends" }, make("span", {}, `0: ${knob.low_words}`), make("span", {}, `1: ${knob.high_words}`)) : null,
    open ? make("label", { class: "open", for: open.id }, open, ` ${knob.left_open}`) : null,
    told,
    fault,
  );
  const send = () => {
    tell(value, valueWords(knob, input.value()));
    if (knob.kind === "number") input.element.setAttribute("aria-valuetext", value.textContent);
    if (open) open.checked = false;
    input.element.classList.remove("is-open");
    onMove(knob, input.value());
  };
  input.element.addEventListener(knob.kind === "number" ? "input" : "change", send);
  if (open) open.addEventListener("change", () => onMove(knob, open.checked ? null : input.value()));

  return {
    knob,
    element,
    fault(text) {
      tell(fault, text);
      if (text) input.element.setAttribute("aria-invalid", "true");
      else input.element.removeAttribute("aria-invalid");
      if (text) element.closest("details").open = true;
    },
    set(state, target) {
      const names = target ? [target] : state.arms.map((arm) => arm.name);
      const some = names.map((arm) => state.values[arm]);
      const here = some.map((each) => each[knob.key]);
      const without = knob.needs && !some.some((each) => each[knob.needs]);
      const alike = here.every((each) => each === here[0]);
      const shown = here.find((each) => each !== null && each !== undefined) ?? null;
      if (document.activeElement !== input.element || knob.kind === "choice") input.set(shown ?? state.open_at[names[0]][knob.key]);
      input.element.disabled = Boolean(without);
      if (open) {
        open.disabled = input.element.disabled;
        open.checked = alike && shown === null;
        input.element.classList.toggle("is-open", open.checked);
      }
      const words = [...new Set(here.map((each) => valueWords(knob, each)))];
      tell(value, without ? "needs its council or team" : words.join(" / "));
      if (knob.kind === "number") input.element.setAttribute("aria-valuetext", words.join(" / "));
    },
  };
}

function field(knob, id) {
  if (knob.kind === "choice") {
    const element = make("select", { id }, ...Object.entries(knob.options).map(([word, label]) => make("option", { value: word }, label)));
    return { element, value: () => element.value, set: (value) => (element.value = value ?? "") };
  }
  if (knob.kind === "truth" || knob.kind === "part") {
    const element = make("input", { type: "checkbox", id });
    return { element, value: () => element.checked, set: (value) => (element.checked = Boolean(value)) };
  }
  if (knob.kind === "whole") {
    const element = make("input", { type: "number", id, step: "any", inputmode: "numeric" });
    const value = () => (element.value === "" ? null : Number(element.value));
    return { element, value, set: (given) => (element.value = given ?? "") };
  }
  const element = make("input", { type: "range", id, min: knob.low, max: knob.high, step: knob.step });
  return { element, value: () => Number(element.value), set: (value) => (element.value = value ?? knob.low) };
}

