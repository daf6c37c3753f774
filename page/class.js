// The teacher's view. All words of learners are put in as text, and pictures as images, so that none of them can be more than that.

import { Terminal } from "./xterm/xterm.mjs";

const at = (id) => document.getElementById(id);
const token = new URLSearchParams(location.search).get("token") ?? "";
const THEME = "fakedocker:theme";
const LONGEST_WAIT_MS = 15_000;

function element(name, text = "", className = "") { return Object.assign(document.createElement(name), { textContent: text, className }); }
function notice(text) { at("notice").textContent = text; at("notice").hidden = !text; }

// light and dark

let theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
try { theme = localStorage.getItem(THEME) || theme; } catch { /* as the system is */ }
function paint() {
  document.documentElement.classList.toggle("dark", theme === "dark");
  at("theme").textContent = theme === "dark" ? "Light" : "Dark";
}
at("theme").onclick = () => { theme = theme === "dark" ? "light" : "dark"; try { localStorage.setItem(THEME, theme); } catch { /* not kept */ } paint(); };
paint();

// pictures: each is an image of its own, and the one before it is let go of

const addresses = new Map();
function show(image, key, svg) {
  if (addresses.has(key)) URL.revokeObjectURL(addresses.get(key));
  addresses.delete(key);
  image.hidden = !svg;
  if (!svg) return;
  addresses.set(key, URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" })));
  image.src = addresses.get(key);
}

// rows

const rows = new Map();
const cards = new Map();

function card(number) {
  if (cards.has(number)) return cards.get(number);
  const box = element("article", "", "learner");
  const parts = { box, name: element("span"), look: element("button", "Look"), lesson: element("p", "", "quiet"), goals: element("p", "", "goals"), command: element("p", "", "command"), picture: element("img") };
  const head = element("h2");
  parts.look.type = "button";
  parts.look.onclick = () => send({ kind: "watch", number });
  parts.picture.alt = "";
  head.append(parts.name, parts.look);
  box.append(head, parts.lesson, parts.goals, parts.command, parts.picture);
  cards.set(number, parts);
  const after = [...cards.keys()].filter((other) => other > number).sort((one, other) => one - other)[0];
  at("learners").insertBefore(box, after === undefined ? null : cards.get(after).box);
  return parts;
}

function showRow(row) {
  rows.set(row.number, row);
  const parts = card(row.number);
  parts.box.classList.toggle("gone", !row.is_here);
  parts.box.classList.toggle("solved", row.is_solved);
  parts.name.textContent = row.name;
  parts.look.setAttribute("aria-label", `Look at ${row.name}`);
  const par = row.par ? `, par ${row.par}` : "";
  const hints = row.hints ? `, ${row.hints} ${row.hints === 1 ? "hint" : "hints"}` : "";
  parts.lesson.textContent = row.lesson ? `${row.title}: ${row.score} ${row.score === 1 ? "command" : "commands"}${par}${hints}${row.is_solved ? ", done" : ""}` : row.is_here ? "no lesson" : "gone";
  parts.goals.textContent = row.goals.map((holds) => (holds ? "✓" : "○")).join("");
  parts.goals.setAttribute("aria-label", `${row.goals.filter(Boolean).length} of ${row.goals.length} goals hold`);
  parts.command.textContent = row.command ? `$ ${row.command}${row.status ? `   [${row.status}]` : ""}` : "";
  show(parts.picture, row.number, row.picture);
  at("nobody").hidden = true;
  const all = [...rows.values()];
  at("count").textContent = `${all.filter((each) => each.is_here).length} here, ${all.filter((each) => each.is_solved).length} done with their lesson`;
}

// one learner's moment

let terminal = null;
function watched(text) {
  if (!text) { notice("This learner has no world at the moment."); return; }
  const { name, rows: lines, columns } = JSON.parse(text);
  terminal?.dispose();
  at("moment-screen").replaceChildren();
  at("moment-name").textContent = name;
  at("moment-lesson").textContent = "";
  at("goals").replaceChildren();
  at("words").textContent = "";
  show(at("picture"), "moment", "");
  if (!at("moment").open) at("moment").showModal();
  terminal = new Terminal({ rows: lines, cols: columns, disableStdin: true, fontSize: 12, scrollback: 2000, minimumContrastRatio: 7, theme: theme === "dark" ? { background: "#101418", foreground: "#dfe5ea" } : { background: "#fcfcfd", foreground: "#1c2329", black: "#1c2329", white: "#5a646c", brightWhite: "#1c2329", green: "#1d6b36", red: "#b3261e", cyan: "#0b6477" } });
  terminal.open(at("moment-screen"));
}
function state(text) {
  const { lesson, picture, words } = JSON.parse(text);
  show(at("picture"), "moment", picture);
  at("words").textContent = words;
  at("moment-lesson").textContent = lesson ? lesson.title : "";
  at("goals").replaceChildren(...(lesson?.goals ?? []).map((goal) => element("li", goal.text, goal.holds ? "holds" : "")));
}
at("moment-close").onclick = () => at("moment").close();
at("moment").onclose = () => send({ kind: "watch", number: 0 });

// a link for all

at("hand-out").onsubmit = (event) => {
  event.preventDefault();
  notice("");
  if (at("link").value.trim()) send({ kind: "hand-out", link: at("link").value.trim() });
};

// the server

let socket = null;
let wait = 500;
const hear = {
  row(text) { showRow(JSON.parse(text)); },
  watched,
  output(text) { terminal?.write(text); },
  state,
  problem(text) { notice(text); },
  handed(text) { notice(`The link was handed out to ${text} ${text === "1" ? "learner" : "learners"}.`); at("link").value = ""; },
};
function send(message) { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); }
function connect() {
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/class-socket?token=${encodeURIComponent(token)}`);
  socket.onopen = () => { wait = 500; notice(""); };
  socket.onmessage = ({ data }) => { const message = JSON.parse(data); hear[message.kind]?.(message.text); };
  socket.onclose = ({ code, reason }) => {
    if (code === 1008 || code === 1009) { notice(`The server has closed this view: ${reason}.`); return; }
    notice("The connection is lost; trying again…");
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };
}
connect();
