// The page's engine on a server: the messages of a worker, over a WebSocket that comes back when it is lost.
// What is only so in a class (a name, the time of an exam, links that are handed out) is here too.

const token = new URLSearchParams(location.search).get("token") ?? "";
const KEPT = `fakedocker-class:${token}:`;
const LONGEST_WAIT_MS = 15_000;
const at = (id) => document.getElementById(id);

function kept(name) { try { return localStorage.getItem(KEPT + name) ?? ""; } catch { return ""; } }
function keep(name, text) { try { localStorage.setItem(KEPT + name, text); } catch { /* then a page that is opened anew is a new learner */ } }
function notice(text) { at("notice").textContent = text; at("notice").hidden = !text; }

function element(name, text = "", more = {}) { return Object.assign(document.createElement(name), { textContent: text, ...more }); }

/** A dialog with a title, paragraphs and a form; closes with what its buttons say. */
function dialog(title, ...parts) {
  const box = element("dialog");
  box.append(element("h2", title), ...parts);
  document.body.append(box);
  return box;
}

class Engine {
  onmessage = null;
  onerror = null;
  #socket = null;
  #start = null;
  #hello = null;
  #joined = false;
  #over = false;
  #wait = 500;
  #shown = 0;
  #name = kept("name");
  #id = kept("id");

  constructor() {
    document.documentElement.dataset.engine = "web";
    document.querySelector("#loading label").textContent = "Connecting";
    at("progress").removeAttribute("value");
    at("forget").hidden = true;
    this.#connect();
  }

  postMessage(message) {
    if (message.kind === "start") {
      this.#start = message;
      this.#begin();
      return;
    }
    if (message.kind === "size" && this.#start) Object.assign(this.#start.settings, { rows: message.rows, columns: message.columns });
    if (message.kind === "shown") this.#show(message.characters);
    else if (this.#joined) this.#send(message);
  }

  /** What was shown is told once for all that was shown in a moment. */
  #show(characters) {
    if (!this.#shown) setTimeout(() => { if (this.#joined) this.#send({ kind: "shown", characters: this.#shown }); this.#shown = 0; }, 10);
    this.#shown += characters;
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    const address = `${location.origin.replace(/^http/, "ws")}/socket?token=${encodeURIComponent(token)}`;
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = ({ code, reason }) => this.#lost(code, reason);
  }

  #lost(code, reason) {
    this.#joined = false;
    if (this.#over) return;
    if (code === 1008 || code === 1009) {
      notice(`The server has closed this session: ${reason || "it gave no reason"}.`);
      document.body.dataset.state = "failed";
      return;
    }
    notice("The connection is lost; trying to come back to your world…");
    document.body.dataset.state = "busy";
    setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #hear(message) {
    const own = { hello: (text) => this.#greeted(JSON.parse(text)), joined: (text) => this.#welcomed(JSON.parse(text)), denied: (text) => this.#denied(text), handed: (text) => handed(JSON.parse(text)) };
    if (message.kind in own) own[message.kind](message.text);
    else {
      if (message.kind === "ended") this.#over = true;
      this.onmessage?.({ data: message });
    }
  }

  #greeted(hello) {
    this.#hello = hello;
    explain(hello);
    this.#begin();
  }

  /** Say who this is, once the page has begun, the server has greeted and the learner has a name. */
  async #begin() {
    if (!this.#start || !this.#hello || this.#joined) return;
    if (this.#hello.isClass && !this.#name) this.#name = await askName("");
    this.#send({ kind: "start", id: this.#id, name: this.#name, settings: this.#start.settings });
  }

  #welcomed({ id, name, left }) {
    this.#joined = true;
    this.#wait = 500;
    this.#id = id;
    keep("id", id);
    if (this.#hello.isClass) { this.#name = name; keep("name", name); at("learner").textContent = name; at("learner").hidden = false; }
    notice("");
    if (left !== null) countDown(left);
  }

  async #denied(text) {
    if (!this.#hello.isClass) { notice(`You cannot come in: ${text}.`); return; }
    this.#name = await askName(text);
    this.#id = "";
    this.#begin();
  }
}

function askName(problem) {
  return new Promise((resolve) => {
    const input = element("input", "", { id: "name", maxLength: 40, autocomplete: "off" });
    const button = element("button", "Come in", { type: "submit", className: "main" });
    const form = element("form", "", { method: "dialog" });
    form.append(Object.assign(element("label", "Your name, as your teacher knows it "), { htmlFor: "name" }), input, button);
    const box = dialog("Who are you?", element("p", problem, { role: "alert", hidden: !problem }), form);
    form.onsubmit = (event) => { if (!input.value.trim()) event.preventDefault(); };
    box.oncancel = (event) => event.preventDefault();
    box.onclose = () => { box.remove(); resolve(input.value.trim()); };
    box.showModal();
    input.focus();
  });
}

/** A link that the teacher hands out: shown, and opened if that is wanted. */
function handed({ link, lesson, run }) {
  const open = element("button", "Open it", { type: "button", className: "main" });
  const leave = element("button", "Stay here", { type: "button" });
  const buttons = element("p", "", { className: "buttons" });
  buttons.append(open, leave);
  const parts = [element("p", "It begins a new world in place of the one that you have.")];
  if (lesson) parts.push(element("p", `It opens the lesson ${lesson}.`));
  if (run) parts.push(element("p", "It brings these commands, and asks again before it runs them:"), element("pre", run, { tabIndex: 0 }));
  const box = dialog("Your teacher hands out a link", ...parts, buttons);
  box.id = "handed";
  open.onclick = () => { box.close(); if (location.hash === link) location.reload(); else location.hash = link; };
  leave.onclick = () => box.close();
  box.onclose = () => box.remove();
  box.showModal();
}

function explain(hello) {
  const seen = hello.isClass ? " Whoever teaches this class sees your terminal, and what you do may be kept." : "";
  at("intro-title").textContent = hello.title;
  at("intro").textContent = `A host with Docker. It is simulated, and true to the real one: nothing is installed, and nothing can break. It runs on a server, in a world of your own.${seen}`;
  if (hello.isExam) {
    document.documentElement.dataset.exam = "1";
    at("intro").textContent += ` This is an exam of ${hello.minutes} minutes: choose a task above. There are no hints and no solutions.`;
  }
}

let counting = 0;
function countDown(seconds) {
  const end = Date.now() + seconds * 1000;
  const show = () => {
    const left = Math.max(Math.round((end - Date.now()) / 1000), 0);
    at("time-left").hidden = false;
    at("time-left").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
  };
  clearInterval(counting);
  counting = setInterval(show, 1000);
  show();
}

export const engine = new Engine();
