// The two worlds as the server tells them: packed bytes become typed arrays, [week * people + person].

const KINDS = { u8: Uint8Array, u16: Uint16Array, i16: Int16Array };

function unpacked(text, kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new KINDS[kind](bytes.buffer);
}

export const NOWHERE = 255;
export const [PROSPECT, LEAD, CUSTOMER, GONE] = [0, 1, 2, 3];

function unpackedWorld(given) {
  const met = given.meetings;
  return {
    ...given,
    count: given.slots.length,
    segment: unpacked(given.segment, "u8"),
    stage: unpacked(given.stage, "u8"),
    entered: unpacked(given.entered, "i16"),
    loyalty: unpacked(given.loyalty, "u16"),
    problem: unpacked(given.problem, "u8"),
    meetings: {
      first: met.first,
      person: unpacked(met.person, "u16"),
      touchpoint: unpacked(met.touchpoint, "u8"),
      succeeded: unpacked(met.succeeded, "u8"),
      experience: unpacked(met.experience, "u8"),
    },
  };
}

async function asked(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const told = await response.json().catch(() => ({ fault: "The server did not understand, or is gone." }));
  if (!response.ok) throw new Error(told.fault);
  return told;
}

export async function performed(wanted) {
  const told = await asked("worlds", wanted);
  return { ...told, worlds: told.worlds.map(unpackedWorld) };
}

export const byLuck = (wanted) => asked("luck", wanted);

// "smile", "plain" or "frown" for whoever ever bought; "none" before; "gone" after.
export function moodOf(world, moods, week, person) {
  const at = week * world.count + person;
  const stage = world.stage[at];
  if (stage === GONE) return "gone";
  if (stage !== CUSTOMER) return "none";
  const loyalty = world.loyalty[at] / 10000;
  return loyalty < moods[0] ? "frown" : loyalty > moods[1] ? "smile" : "plain";
}

// Where each person was last met in a week; NOWHERE if nowhere.
export function placesOf(world, week) {
  const places = new Uint8Array(world.count).fill(NOWHERE);
  const { first, person, touchpoint } = world.meetings;
  for (let i = first[week]; i < first[week + 1]; i++) places[person[i]] = touchpoint[i];
  return places;
}

// What one person met up to a week, the latest first: [{ week, touchpoint, succeeded, experience }].
export function metBy(world, who, week, most) {
  const found = [];
  const { first, person, touchpoint, succeeded, experience } = world.meetings;
  for (let w = week; w >= 0 && found.length < most; w--)
    for (let i = first[w + 1] - 1; i >= first[w] && found.length < most; i--)
      if (person[i] === who) found.push({ week: w, touchpoint: touchpoint[i], succeeded: succeeded[i] === 1, experience: experience[i] / 100 });
  return found;
}
