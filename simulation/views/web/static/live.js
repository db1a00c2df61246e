// A connection that survives the room: it comes back after sleep, another network or a restarted server, and what was
// asked is asked again until it is answered. The server knows each question by its id and does nothing twice.

const SILENCE = 32_000; // three beats of the server [ms]
const FIRST_WAIT = 300; // before connecting anew [ms]; doubled up to the longest, with luck so that a room does not come at once
const LONGEST_WAIT = 5_000;

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Connect to `path`. `onSnapshot(topic, data)` gets the latest of each topic; `onState(text)` one of "connecting",
// "live", "lost"; `onEnd(reason)` when the server ends it for good. Returns { ask(action, fields) -> Promise, close() }.
export function connect(path, { onSnapshot = () => {}, onState = () => {}, onEnd = () => {} } = {}) {
  const waiting = new Map(); // id -> { message, resolve, reject }
  let socket = null;
  let wait = FIRST_WAIT;
  let heard = 0;
  let timer = null;
  let over = false;

  function open() {
    clearTimeout(timer);
    timer = null;
    if (over) return;
    onState("connecting");
    heard = Date.now();
    const mine = new WebSocket(`ws://${location.host}${path}`);
    socket = mine;
    mine.onopen = () => {
      wait = FIRST_WAIT;
      heard = Date.now();
      onState("live");
      for (const { message } of waiting.values()) mine.send(message);
    };
    mine.onmessage = (event) => {
      heard = Date.now();
      const message = JSON.parse(event.data);
      if (message.topic !== undefined) onSnapshot(message.topic, message.data);
      else if (message.reply !== undefined) settle(message);
    };
    mine.onclose = (event) => {
      if (socket !== mine) return;
      socket = null;
      if (event.code === 1000 && event.reason) {
        over = true;
        for (const { reject } of waiting.values()) reject(new Error(event.reason));
        waiting.clear();
        onEnd(event.reason);
      } else if (!over) {
        onState("lost");
        timer = setTimeout(open, wait * (0.5 + Math.random()));
        wait = Math.min(LONGEST_WAIT, wait * 2);
      }
    };
  }

  function settle(message) {
    const asked = waiting.get(message.reply);
    if (!asked) return;
    waiting.delete(message.reply);
    if (message.fault !== undefined) asked.reject(new Error(message.fault));
    else asked.resolve(message);
  }

  function again() {
    if (over) return;
    if (socket) {
      const old = socket;
      socket = null;
      old.close();
    }
    wait = FIRST_WAIT;
    open();
  }

  // A phone that slept may hold a connection that is long gone.
  const checking = setInterval(() => {
    if (socket && Date.now() - heard > SILENCE) again();
  }, 2_000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && (!socket || socket.readyState !== WebSocket.OPEN || Date.now() - heard > 12_000)) again();
  });
  addEventListener("online", again);
  addEventListener("pageshow", (event) => event.persisted && again());
  open();

  return {
    ask(action, fields = {}) {
      const id = newId();
      const message = JSON.stringify({ ...fields, id, do: action });
      return new Promise((resolve, reject) => {
        waiting.set(id, { message, resolve, reject });
        if (socket && socket.readyState === WebSocket.OPEN) socket.send(message);
      });
    },
    close() {
      over = true;
      clearInterval(checking);
      clearTimeout(timer);
      if (socket) socket.close();
    },
  };
}
