// Small helpers that every page uses. Text only ever goes in as text.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// make("button", { class: "quiet", type: "button", onclick: f }, "Words", otherElement)
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Change a text only when it differs: a screen reader would read it out again.
export function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

// The page's own data: <script type="application/json" id="..."> written by the server.
export const given = (id) => JSON.parse(document.getElementById(id).textContent);

// Light, dark, or as the system has it; a button with data-theme-switch turns it, and the choice is kept.
const KEPT = "silosim-theme";
export function themes() {
  const root = document.documentElement;
  const kept = localStorage.getItem(KEPT);
  if (kept) root.dataset.theme = kept;
  for (const button of $$("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      localStorage.setItem(KEPT, root.dataset.theme);
      dispatchEvent(new Event("themechange"));
    });
  }
}
