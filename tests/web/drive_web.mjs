// Plays a class in a headless Chromium: learners and their teacher; prints what was seen as JSON.
// node drive_web.mjs CHROMIUM NODE_MODULES PLAY LEARNERS-ADDRESS TEACHERS-ADDRESS FOLDER-FOR-PICTURES

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [executablePath, modules, play, learners, teachers, pictures] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(join(modules, "playwright-core", "index.mjs")).href);
const PATIENCE_MS = 60_000;
const seen = { errors: "" };
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

async function open(address, { small = false, dark = false } = {}) {
  const context = await browser.newContext({ viewport: small ? { width: 390, height: 800 } : { width: 1400, height: 850 }, colorScheme: dark ? "dark" : "light" });
  const page = await context.newPage();
  page.on("pageerror", (problem) => { seen.errors += `${problem.message}\n`; });
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("WebSocket")) seen.errors += `${message.text()}\n`; });
  page.on("dialog", (dialog) => { seen.errors += `a dialog: ${dialog.message()}\n`; dialog.dismiss(); });
  await page.goto(address);
  return page;
}
// A page that goes to another address while it is asked has no answer yet; `until` asks again.
function ifThePageMoved(problem) {
  if (!problem.message.includes("Execution context was destroyed")) throw problem;
}
async function until(page, what, ask) {
  const end = Date.now() + PATIENCE_MS;
  for (let found; ; await page.waitForTimeout(30)) {
    found = await ask().catch(ifThePageMoved);
    if (found) return found;
    if (Date.now() > end) { await picture(page, "stuck"); throw new Error(`waited for ${what}; the page is\n${await page.evaluate(() => document.body.innerText)}\n${await screen(page)}`); }
  }
}
const screen = (page) => page.evaluate(() => [...document.querySelectorAll(".xterm-rows > div")].map((row) => row.textContent.replaceAll("\u00a0", " ").trimEnd()).join("\n"));
const text = (page, selector) => page.evaluate((name) => document.querySelector(name).textContent, selector);
const atPrompt = (page) => until(page, "a prompt", () => page.evaluate(() => document.body.dataset.state === "prompt"));
const shows = (page, part) => until(page, JSON.stringify(part), async () => (await screen(page)).includes(part));
const picture = (page, name, fullPage = false) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage });

async function comeIn(page, name) {
  await until(page, "the question for the name", () => page.evaluate(() => document.getElementById("name") !== null));
  await page.fill("#name", name);
  await page.keyboard.press("Enter");
  await shows(page, "root@docker-host:~#");
  await atPrompt(page);
}
async function run(page, line, result) {
  await page.click("#screen");
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
  await shows(page, result);
  await atPrompt(page);
}
const row = (page, name) => page.evaluate((wanted) => [...document.querySelectorAll(".learner")].find((box) => box.querySelector("h2 span").textContent === wanted)?.innerText ?? "", name);

const PLAYS = {
  async class() {
    const ada = await open(learners);
    await until(ada, "the question", () => ada.evaluate(() => document.getElementById("name") !== null));
    await picture(ada, "name");
    await comeIn(ada, "Ada");
    await picture(ada, "first");
    const bob = await open(learners, { small: true, dark: true });
    await comeIn(bob, "<b>Bob</b>");
    await run(ada, "docker volume create of-ada", "of-ada");
    await run(bob, "docker volume ls -q; echo none$((1+1))", "none2");
    seen.bob = await screen(bob);
    await ada.selectOption("#course", "ports-conflict");
    await until(ada, "the lesson", () => ada.evaluate(() => !document.getElementById("open-lesson").hidden));
    await atPrompt(ada);
    await run(ada, "docker run -d --name web2 -p 8081:80 nginx; echo ran$((1+1))", "ran2");
    await until(ada, "the solution", () => ada.evaluate(() => !document.getElementById("solved").hidden));
    await picture(ada, "solved");
    await picture(bob, "small", true);
    const teacher = await open(teachers);
    await until(teacher, "the rows", async () => (await row(teacher, "Ada")).includes("done") && (await row(teacher, "<b>Bob</b>")).includes("volume"));
    seen.ada = await row(teacher, "Ada");
    seen["row of bob"] = await row(teacher, "<b>Bob</b>");
    await picture(teacher, "teacher");
    await teacher.setViewportSize({ width: 840, height: 350 });
    await picture(teacher, "class");
    await teacher.setViewportSize({ width: 1400, height: 850 });
    await teacher.click(".learner button");
    await shows(teacher, "ran2");
    await until(teacher, "the picture", () => teacher.evaluate(() => document.getElementById("picture").naturalWidth > 0));
    await picture(teacher, "moment");
    await run(ada, "echo live$((40+2))", "live42");
    await shows(teacher, "live42");
    await teacher.keyboard.type("echo typed\r");
    await teacher.click("#moment-close");
    await teacher.fill("#link", "#v=1&lesson=ports-conflict&run=ZG9ja2VyIHBz");
    await teacher.keyboard.press("Enter");
    await until(bob, "the link", () => bob.evaluate(() => document.getElementById("handed") !== null));
    seen.handed = await text(bob, "#handed");
    await picture(bob, "handed");
    await bob.click("#handed button.main");
    await until(bob, "the question", () => bob.evaluate(() => document.getElementById("ask")?.open));
    seen.asked = await text(bob, "#ask-commands");
    await bob.click("#ask-yes");
    await shows(bob, "IMAGE");
    await atPrompt(bob);
    seen["ada after"] = await screen(ada);
    seen["ada asked"] = String(await ada.evaluate(() => document.getElementById("handed") !== null));
    await picture(teacher, "teacher-handed");
    const dark = await open(teachers, { small: true, dark: true });
    await until(dark, "the rows", async () => (await row(dark, "Ada")) !== "");
    await picture(dark, "teacher-small", true);
    seen.overflow = String(await dark.evaluate(() => document.documentElement.scrollWidth - innerWidth));
  },
  async back() {
    const page = await open(learners);
    await shows(page, "root@docker-host:~#");
    await atPrompt(page);
    await run(page, "docker volume create kept; echo made$((1+1))", "made2");
    await page.reload();
    await shows(page, "made2");
    await atPrompt(page);
    await run(page, "clear; docker volume ls -q; echo seen$((1+1))", "seen2");
    seen.screen = await screen(page);
  },
};

try {
  await PLAYS[play]();
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
