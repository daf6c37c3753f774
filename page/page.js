// The page around the engine's worker: the terminal, the lesson, the picture, and what is kept in the browser.
// All words from the worker are put in as text, and pictures as images, so that none of them can be more than that.

import { Terminal } from "./xterm/xterm.mjs";
import { FitAddon } from "./xterm/addon-fit.mjs";
import { engine as worker } from "./engine.js";

const KEPT = "fakedocker:";
const CLEAR_LINE = "\x05\x15"; // to the end of the line, and wipe out what stands before
const at = (id) => document.getElementById(id);
const send = (kind, more) => worker.postMessage({ kind, ...more });

// within another page: the terminal, the lesson if the link names one, and a way out

const isEmbedded = new URLSearchParams(location.search).has("embed");
const ownAddress = location.origin + location.pathname;
document.documentElement.classList.toggle("embedded", isEmbedded);
at("whole").href = ownAddress + location.hash;

// what is kept: only this page's own storage, which may be forbidden

function kept(name) { try { return localStorage.getItem(KEPT + name) ?? ""; } catch { return ""; } }
function keep(name, text) { try { localStorage.setItem(KEPT + name, text); } catch { /* then it lasts as long as the page */ } }

// light and dark

const THEMES = {
  light: { background: "#fcfcfd", foreground: "#1c2329", cursor: "#0b6b57", selectionBackground: "#b9d9d0", black: "#1c2329", red: "#b3261e", green: "#1d6b36", yellow: "#8a5a00", blue: "#1b4f9c", magenta: "#7a2a86", cyan: "#0b6477", white: "#e6eaed", brightBlack: "#69747d", brightRed: "#c9382f", brightGreen: "#2c8148", brightYellow: "#9a6a10", brightBlue: "#2d66ba", brightMagenta: "#913d9e", brightCyan: "#157c92", brightWhite: "#fcfcfd" },
  dark: { background: "#101418", foreground: "#dfe5ea", cursor: "#5fc9ae", selectionBackground: "#2d4a44", black: "#101418", red: "#f2857c", green: "#7ad494", yellow: "#e6c069", blue: "#84b3f5", magenta: "#d59ae0", cyan: "#6fd0e2", white: "#dfe5ea", brightBlack: "#7d8993", brightRed: "#f7a19a", brightGreen: "#98e0ac", brightYellow: "#efd08a", brightBlue: "#a5c8f9", brightMagenta: "#e2b4ea", brightCyan: "#93dceb", brightWhite: "#ffffff" },
};
let theme = kept("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

const terminal = new Terminal({
  fontFamily: 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace', fontSize: 14, scrollback: 5000,
  minimumContrastRatio: 7, screenReaderMode: kept("reader") === "1", macOptionIsMeta: true,
});
const fit = new FitAddon();
terminal.loadAddon(fit);
terminal.open(at("screen"));

function paint() {
  document.documentElement.classList.toggle("dark", theme === "dark");
  terminal.options.theme = THEMES[theme] ?? THEMES.light;
  at("theme").textContent = theme === "dark" ? "Light" : "Dark";
}
at("theme").onclick = () => { theme = theme === "dark" ? "light" : "dark"; keep("theme", theme); paint(); };
paint();
fit.fit();

at("reader").setAttribute("aria-pressed", String(terminal.options.screenReaderMode));
at("reader").onclick = () => {
  const on = !terminal.options.screenReaderMode;
  terminal.options.screenReaderMode = on;
  keep("reader", on ? "1" : "");
  at("reader").setAttribute("aria-pressed", String(on));
};

// keys and size

terminal.onData((text) => send("keys", { text }));
terminal.onResize(({ rows, cols }) => send("size", { rows, columns: cols }));
new ResizeObserver(() => fit.fit()).observe(at("screen"));
const PANES = [() => terminal.focus(), () => at("lesson").focus(), () => at("world").focus()];
addEventListener("keydown", (event) => {
  if (event.key !== "F6" || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const here = ["terminal", "lesson", "world"].findIndex((id) => at(id).contains(document.activeElement));
  PANES[(here + (event.shiftKey ? PANES.length - 1 : 1)) % PANES.length]();
}, true);
terminal.attachCustomKeyEventHandler((event) => !(event.key === "F6" || (event.key === "F5") || (event.key === "F12")));

/** Type a command at the prompt in place of what stands there. */
function type(command) {
  if (document.body.dataset.state !== "prompt") return;
  send("keys", { text: `${CLEAR_LINE}${command}\r` });
  terminal.focus();
}
for (const button of document.querySelectorAll("button.run")) button.onclick = () => type(button.dataset.command ?? button.textContent);
at("course").onchange = () => { if (at("course").value) type(`:lesson ${at("course").value}`); };
at("share").onclick = () => send("share");
at("save").onclick = () => send("journal");
at("forget").onclick = () => {
  if (!confirm("Forget what was solved and typed in this browser, and begin anew?")) return;
  try { for (const name of Object.keys(localStorage)) if (name.startsWith(KEPT)) localStorage.removeItem(name); } catch { /* nothing was kept */ }
  location.reload();
};

// what the worker says

let picture = "";
const hear = {
  output(text) { terminal.write(text, () => send("shown", { characters: text.length })); },
  busy(text) {
    document.body.dataset.state = text ? "busy" : "prompt";
    for (const control of document.querySelectorAll("button.run, #course, #share")) control.disabled = Boolean(text);
  },
  state(text) { show(JSON.parse(text)); },
  course(text) { showCourse(JSON.parse(text)); },
  keep(text) { keep(...JSON.parse(text)); },
  ask(text) { at("ask-commands").textContent = text; at("ask").showModal(); },
  refused(text) { notice(`This link cannot be opened: ${text}.`); },
  problem(text) { notice(text); },
  link(text) {
    at("shared-link").value = text;
    at("shared").showModal();
    at("shared-link").select();
  },
  journal(text) { if (text) download(text); else notice("A session that began with a link or in a lesson of one is not kept; the link itself is."); },
  failed(text) { at("loading").hidden = true; notice(`The engine could not be started: ${text}`); document.body.dataset.state = "failed"; },
  ended(text) { document.body.dataset.state = "ended"; notice(`The shell has ended with ${text}. Reload the page to begin anew.`); },
};
worker.onmessage = ({ data: message }) => {
  if (message.kind === "progress") progress(message.share);
  else if (message.kind === "ready") { at("loading").hidden = true; at("save").disabled = false; window.phases = message.phases; fit.fit(); if (!isEmbedded) terminal.focus(); document.dispatchEvent(new Event("engine-ready")); }
  else hear[message.kind](message.text);
};
worker.onerror = (event) => hear.failed(event.message ?? "the worker has failed");

function progress(share) {
  at("progress").value = share;
  at("share-loaded").textContent = share < 1 ? `${Math.round(share * 100)} %` : "starting Python…";
  if (share >= 1) at("progress").removeAttribute("value");
}
document.addEventListener("notice", (event) => notice(event.detail));
function notice(text) { at("notice").textContent = text; at("notice").hidden = false; }
for (const [button, yes] of [["ask-yes", true], ["ask-no", false]]) at(button).onclick = () => { at("ask").close(yes ? "yes" : ""); };
at("ask").onclose = () => { send("answer", { yes: at("ask").returnValue === "yes" }); terminal.focus(); };
at("shared-close").onclick = () => at("shared").close();
at("shared").onclose = () => terminal.focus();
at("shared-copy").onclick = async () => {
  at("shared-link").select();
  try { await navigator.clipboard.writeText(at("shared-link").value); at("shared-copy").textContent = "Copied"; } catch { document.execCommand("copy"); }
};

function download(text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = "session.fakedocker";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// beside the terminal

const SMALLEST_SCALE = 0.75; // a picture that would be smaller still is scrolled
at("picture").onload = () => { at("picture").style.minWidth = `${at("picture").naturalWidth * SMALLEST_SCALE}px`; };

function show(state) {
  at("words").textContent = state.words;
  URL.revokeObjectURL(picture);
  picture = URL.createObjectURL(new Blob([state.picture], { type: "image/svg+xml" }));
  at("picture").src = picture;
  const lesson = state.lesson;
  at("no-lesson").hidden = lesson !== null;
  document.documentElement.classList.toggle("in-lesson", lesson !== null);
  at("open-lesson").hidden = lesson === null;
  at("course").value = lesson?.id ?? "";
  if (lesson === null) return;
  at("lesson-kind").textContent = `${lesson.kind} ${lesson.id}`;
  at("lesson-title").textContent = lesson.title;
  prose(at("lesson-prose"), lesson.prose);
  at("basics").hidden = !lesson.basics;
  prose(at("basics-prose"), lesson.basics);
  at("goals").replaceChildren(...lesson.goals.map((goal) => element("li", goal.text, goal.holds ? "holds" : "")));
  at("hints").replaceChildren(...lesson.hints.map((hint) => inline(element("li"), hint)));
  const par = lesson.par ? `, par is ${lesson.par}` : "";
  at("score").textContent = `${lesson.score} ${lesson.score === 1 ? "command" : "commands"}${par}`;
  at("solved").hidden = !lesson.is_solved;
  prose(at("explanation"), lesson.explanation);
  at("next").hidden = !lesson.next;
  at("next").textContent = `Next: ${lesson.next}`;
  at("next").dataset.command = `:lesson ${lesson.next}`;
}

function showCourse(entries) {
  const groups = new Map();
  for (const entry of entries) {
    if (!groups.has(entry.kind)) groups.set(entry.kind, Object.assign(document.createElement("optgroup"), { label: `${entry.kind}s` }));
    const option = element("option", `${entry.is_solved ? "✓ " : ""}${entry.title}`);
    option.value = entry.id;
    groups.get(entry.kind).append(option);
  }
  const chosen = at("course").value;
  at("course").replaceChildren(Object.assign(element("option", "choose one"), { value: "" }), ...groups.values());
  at("course").value = chosen;
}

function element(name, text = "", className = "") {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

/** Paragraphs, indented blocks and lists of a lesson; `code` within them. */
function prose(target, text) {
  target.replaceChildren();
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split("\n").filter((line) => line.trim());
    if (!lines.length) continue;
    if (lines.every((line) => line.startsWith("    "))) target.append(element("pre", lines.map((line) => line.slice(4)).join("\n")));
    else if (lines[0].startsWith("- ")) {
      const list = element("ul");
      for (const item of block.split(/\n(?=- )/)) list.append(inline(element("li"), item.replace(/^- /, "").replace(/\s+/g, " ")));
      target.append(list);
    } else if (lines[0].startsWith("|")) target.append(element("pre", lines.join("\n")));
    else target.append(inline(element("p"), lines.join(" ")));
  }
}

function inline(target, text) {
  for (const [number, part] of text.split("`").entries()) target.append(number % 2 ? element("code", part) : part);
  return target;
}

// begin

addEventListener("hashchange", () => location.reload());
send("start", {
  settings: {
    rows: terminal.rows, columns: terminal.cols, link: location.hash.length > 1 ? location.hash : "",
    address: ownAddress,
    kept: { "progress.json": kept("progress.json"), history: kept("history") },
  },
});
