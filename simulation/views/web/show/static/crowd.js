// People on a canvas: who meets the firm this week stands at the touchpoint, all others at home; a face for the mood.
// Shape and colour say the same thing, so that neither is needed.

import { GONE, CUSTOMER, NOWHERE, moodOf, placesOf } from "./worlds.js";

const colours = new Map(); // asking the style for each of some hundred faces would cost half the frame
function colour(name) {
  if (!colours.has(name)) colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return colours.get(name);
}
const still = matchMedia("(prefers-reduced-motion: reduce)");
const HOMES = [["Not customers yet", 0.36], ["Customers between visits", 0.4], ["Gone", 0.24]];
const HOME_SHARE = 0.33;
const MOVE = 320;

export const MOODS = {
  smile: { words: "above 3 in 4 of week 0", fill: "--a2", mark: "--ground" },
  plain: { words: "in between", fill: "--panel", mark: "--ink" },
  frown: { words: "below 3 in 4 of week 0", fill: "--a1", mark: "--ground" },
  none: { words: "not a customer yet", fill: "--ground", mark: "--muted" },
  gone: { words: "gone to a competitor", fill: "--ground", mark: "--muted" },
};

export function drawFace(pen, mood, x, y, r, { problem = false, ringed = false } = {}) {
  const fill = colour(MOODS[mood].fill);
  const mark = colour(MOODS[mood].mark);
  pen.lineWidth = Math.max(1.5, r / 6);
  pen.strokeStyle = mood === "none" ? mark : colour("--ink");
  pen.fillStyle = fill;
  pen.beginPath();
  if (mood === "frown") { // a triangle on its point
    pen.moveTo(x - r * 1.1, y - r * 0.85);
    pen.lineTo(x + r * 1.1, y - r * 0.85);
    pen.lineTo(x, y + r * 1.1);
    pen.closePath();
  } else if (mood === "plain") pen.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  else if (mood === "none") pen.arc(x, y, r * 0.5, 0, 7);
  else if (mood === "smile") pen.arc(x, y, r, 0, 7);
  if (mood !== "gone") { pen.fill(); pen.stroke(); }
  pen.strokeStyle = mark;
  pen.fillStyle = mark;
  pen.beginPath();
  if (mood === "gone") {
    pen.lineWidth = Math.max(2.5, r / 3);
    pen.moveTo(x - r * 0.6, y - r * 0.6); pen.lineTo(x + r * 0.6, y + r * 0.6);
    pen.moveTo(x + r * 0.6, y - r * 0.6); pen.lineTo(x - r * 0.6, y + r * 0.6);
  } else if (mood === "smile") pen.arc(x, y + r * 0.05, r * 0.55, 0.3, Math.PI - 0.3);
  else if (mood === "plain") { pen.moveTo(x - r * 0.45, y + r * 0.3); pen.lineTo(x + r * 0.45, y + r * 0.3); }
  else if (mood === "frown") pen.arc(x, y + r * 0.35, r * 0.38, Math.PI + 0.35, -0.35);
  pen.stroke();
  if (mood !== "none" && mood !== "gone") {
    const eye = mood === "frown" ? -0.45 : -0.3;
    for (const side of [-0.33, 0.33]) { pen.beginPath(); pen.arc(x + side * r, y + eye * r, Math.max(1.2, r * 0.12), 0, 7); pen.fill(); }
  }
  if (problem) {
    pen.font = `bold ${Math.round(r * 1.7)}px system-ui, sans-serif`;
    pen.lineWidth = 4;
    pen.strokeStyle = colour("--ground");
    pen.fillStyle = colour("--ink");
    pen.textAlign = "center";
    pen.strokeText("!", x + r * 0.95, y + r * 0.2);
    pen.fillText("!", x + r * 0.95, y + r * 0.2);
  }
  if (ringed) {
    pen.strokeStyle = colour("--link");
    pen.lineWidth = 4;
    pen.beginPath();
    pen.arc(x, y, r * 1.55, 0, 7);
    pen.stroke();
  }
}

// A crowd in a canvas. `set(world, moods, week, followed)` moves people to where they are; `chosen(person)` is called on a click.
export function crowd(canvas, points, chosen) {
  const pen = canvas.getContext("2d");
  let areas = [];
  let seen = null;
  let from = null;
  let to = null;
  let began = 0;
  let frame = 0;

  function size() {
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    areas = areasOf(pen, canvas.clientWidth, canvas.clientHeight, points);
  }

  function set(world, moods, week, followed) {
    if (!canvas.clientWidth) return;
    if (canvas.width !== Math.round(canvas.clientWidth * (devicePixelRatio || 1)) || !areas.length) size();
    seen = { world, moods, week, followed };
    const next = spotsOf(world, week, areas, points.length);
    from = to && to.length === next.length && !still.matches ? now() : next;
    to = next;
    began = performance.now();
    cancelAnimationFrame(frame);
    draw();
    canvas.setAttribute("aria-label", sentence(world, moods, week));
  }

  function now() {
    const done = Math.min(1, (performance.now() - began) / MOVE);
    const eased = done * (2 - done);
    return to.map(([x, y, r], i) => [from[i][0] + (x - from[i][0]) * eased, from[i][1] + (y - from[i][1]) * eased, r]);
  }

  function draw() {
    const { world, moods, week, followed } = seen;
    pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    drawAreas(pen, areas);
    now().forEach(([x, y, r], person) => {
      const mood = moodOf(world, moods, week, person);
      drawFace(pen, mood, x, y, r, { problem: world.problem[week * world.count + person] !== NOWHERE, ringed: person === followed });
    });
    if (performance.now() - began < MOVE) frame = requestAnimationFrame(draw);
  }

  canvas.addEventListener("click", (event) => {
    if (!to) return;
    const box = canvas.getBoundingClientRect();
    const far = to.map(([x, y]) => Math.hypot(x - (event.clientX - box.left), y - (event.clientY - box.top)));
    const nearest = far.indexOf(Math.min(...far));
    if (far[nearest] < 30) chosen(nearest);
  });
  addEventListener("resize", () => { areas = []; if (seen) { to = null; set(seen.world, seen.moods, seen.week, seen.followed); } });
  return { set };
}

const typeOf = (width) => Math.max(15, Math.min(22, width / 44));

function areasOf(pen, width, height, points) {
  const top = height * (1 - HOME_SHARE);
  const columns = Math.max(1, Math.min(points.length, Math.round(Math.sqrt((points.length * width) / (top * 2)))));
  const rows = Math.ceil(points.length / columns);
  const areas = points.map((point, k) => ({
    name: point.name,
    x: ((k % columns) * width) / columns,
    y: (Math.floor(k / columns) * top) / rows,
    w: width / columns,
    h: top / rows,
  }));
  let x = 0;
  for (const [name, share] of HOMES) {
    areas.push({ name, x, y: top + 6, w: width * share, h: height - top - 6, home: true });
    x += width * share;
  }
  const type = typeOf(width);
  pen.font = `600 ${type}px system-ui, sans-serif`;
  for (const area of areas) {
    area.lines = linesOf(pen, area.name, area.w - 20);
    area.head = area.lines.length * type * 1.12 + 12;
  }
  return areas;
}

function drawAreas(pen, areas) {
  const type = typeOf(pen.canvas.clientWidth);
  pen.textAlign = "left";
  for (const area of areas) {
    pen.fillStyle = colour(area.home ? "--ground" : "--panel");
    pen.strokeStyle = colour("--line");
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.roundRect(area.x + 3, area.y + 3, area.w - 6, area.h - 6, 8);
    pen.fill();
    pen.stroke();
    pen.fillStyle = colour(area.home ? "--muted" : "--ink");
    pen.font = `600 ${type}px system-ui, sans-serif`;
    area.lines.forEach((line, i) => pen.fillText(line, area.x + 10, area.y + type * (1 + 1.12 * i) + 6));
  }
}

// A name in at most two lines.
function linesOf(pen, name, width) {
  if (pen.measureText(name).width <= width) return [name];
  const words = name.split(" ");
  let first = words.shift();
  while (words.length && pen.measureText(`${first} ${words[0]}`).width <= width) first += ` ${words.shift()}`;
  return words.length ? [fitting(pen, first, width), fitting(pen, words.join(" "), width)] : [fitting(pen, first, width)];
}

function fitting(pen, words, width) {
  if (pen.measureText(words).width <= width) return words;
  let short = words;
  while (short.length > 1 && pen.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return `${short}…`;
}

// Where everybody stands [x, y, r]: rows from the left; a fuller place packs its people closer.
function spotsOf(world, week, areas, points) {
  const places = placesOf(world, week);
  const inside = areas.map(() => []);
  for (let person = 0; person < world.count; person++) {
    const stage = world.stage[week * world.count + person];
    const home = points + (stage === GONE ? 2 : stage === CUSTOMER ? 1 : 0);
    inside[places[person] === NOWHERE ? home : places[person]].push(person);
  }
  const spots = new Array(world.count);
  areas.forEach((area, a) => {
    const { head } = area;
    const [w, h] = [area.w - 24, area.h - head - 8];
    let gap = Math.min(42, Math.max(14, h));
    while (gap > 8 && Math.max(1, Math.floor(w / gap)) * Math.max(1, Math.floor(h / gap)) < inside[a].length) gap -= 1;
    const across = Math.max(1, Math.floor(w / gap));
    inside[a].forEach((person, i) => {
      spots[person] = [area.x + 12 + gap * ((i % across) + 0.5), area.y + head + gap * (Math.floor(i / across) + 0.5), Math.min(16, gap * 0.4)];
    });
  });
  return spots;
}

function sentence(world, moods, week) {
  const count = { smile: 0, plain: 0, frown: 0, none: 0, gone: 0 };
  let problems = 0;
  for (let person = 0; person < world.count; person++) {
    count[moodOf(world, moods, week, person)]++;
    if (world.problem[week * world.count + person] !== NOWHERE) problems++;
  }
  return (
    `Week ${week}, of ${world.count} people: ${count.smile} smile, ${count.plain} in between, ${count.frown} frown, ` +
    `${count.none} not customers yet, ${count.gone} gone; ${problems} with an open problem.`
  );
}
