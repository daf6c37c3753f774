// Plays what somebody does in the page, in a headless Chromium; prints what was seen as JSON.
// node drive_page.mjs CHROMIUM NODE_MODULES PLAY ADDRESS FOLDER-FOR-PICTURES

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [executablePath, modules, play, address, pictures] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(join(modules, "playwright-core", "index.mjs")).href);
const PATIENCE_MS = 60_000;
const seen = { errors: "" };
const isSmall = play === "small";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const page = await browser.newPage({
  viewport: isSmall ? { width: 390, height: 800 } : { width: 1400, height: 850 }, colorScheme: isSmall ? "dark" : "light",
});
page.on("pageerror", (problem) => { seen.errors += `${problem.message}\n`; });
page.on("console", (message) => { if (message.type() === "error" && !message.location().url.endsWith("not-in-the-site")) seen.errors += `${message.text()}\n`; });
page.on("dialog", (dialog) => { seen.errors += `a dialog: ${dialog.message()}\n`; dialog.dismiss(); });

async function until(what, ask) {
  const end = Date.now() + PATIENCE_MS;
  for (let found; ; await page.waitForTimeout(30)) {
    found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited for ${what}; the screen is\n${await screen()}`);
  }
}
const screen = () => page.evaluate(() => [...document.querySelectorAll(".xterm-rows > div")].map((row) => row.textContent.replaceAll("\u00a0", " ").trimEnd()).join("\n"));
const text = (selector) => page.evaluate((name) => document.querySelector(name).textContent, selector);
const atPrompt = () => until("a prompt", () => page.evaluate(() => document.body.dataset.state === "prompt"));
const shows = (part) => until(JSON.stringify(part), async () => (await screen()).includes(part));
const picture = (name) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: isSmall });
const goals = () => page.evaluate(() => [...document.querySelectorAll("#goals li")].map((line) => (line.className === "holds" ? "✓" : "○")).join(" "));

/** Type a line, and wait until it is done: until a word that the shell makes is shown. */
let lines = 0;
async function run(line) {
  lines += 1;
  await page.keyboard.type(`${line}; echo done$((${lines}+0))\r`);
  await shows(`done${lines}`);
  await atPrompt();
}

async function open() {
  await page.goto(address);
  await shows("root@docker-host:~#");
  await atPrompt();
}

const PLAYS = {
  async session() {
    await page.goto(address);
    await picture("loading");
    await open();
    await picture("first");
    await run("docker run hello-world | head -4");
    seen.hello = await screen();
    await until("the picture", async () => (await text("#words")).includes("hello-world"));
    seen.world = await text("#words");
    await page.keyboard.type("docker run -it --name box alpine\r");
    await shows("/ #");
    await page.keyboard.type(". /etc/os-release; echo in''side $NAME\r");
    await shows("inside Alpine");
    seen.inside = await screen();
    await page.keyboard.press("Control+d");
    await atPrompt();
    await run("docker run -d --name web nginx");
    await page.keyboard.type("clear; docker logs -f web\r");
    await shows("start worker process 9");
    await page.keyboard.press("Control+c");
    await atPrompt();
    await page.keyboard.type("echo status $?\r");
    await shows("status 130");
    seen.watched = (await screen()).split("status 130")[0] + "status 130";
    await atPrompt();
    await page.keyboard.type("docker vol\t ls\r");
    await shows("docker volume ls");
    seen.completed = await screen();
    await atPrompt();
    await page.selectOption("#course", "ports-conflict");
    await until("the lesson", () => page.evaluate(() => !document.getElementById("open-lesson").hidden));
    await atPrompt();
    seen.goals = await goals();
    await page.click("button[data-command=':hint']");
    await until("a hint", () => page.evaluate(() => document.querySelectorAll("#hints li").length > 0));
    await picture("lesson");
    await atPrompt();
    await page.keyboard.type("docker run -d --name web2 -p 8081:80 nginx\r");
    await until("the solution", () => page.evaluate(() => !document.getElementById("solved").hidden));
    await atPrompt();
    seen.solved = `${await goals()} ${await text("#explanation")}`;
    await picture("solved");
    await page.click("#share");
    await until("the link", () => page.evaluate(() => document.getElementById("shared").open));
    seen.link = await page.evaluate(() => document.getElementById("shared-link").value);
    await picture("share");
    await page.keyboard.press("Escape");
    await until("the terminal's focus", () => page.evaluate(() => document.getElementById("terminal").contains(document.activeElement))); // a dialog says later that it was closed
    const panes = [];
    for (let number = 0; number < 3; number += 1) {
      await page.keyboard.press("F6");
      panes.push(await page.evaluate(() => document.activeElement.closest("section")?.id));
    }
    seen.panes = panes.join(" ");
    await open();
    seen["after reload"] = await page.evaluate(() => document.querySelector("option[value=ports-conflict]").textContent);
    await page.keyboard.press("ArrowUp");
    await shows("web2");
    seen.history = await screen();
  },
  async link() {
    await page.goto(address);
    await until("the question", () => page.evaluate(() => document.getElementById("ask").open));
    seen.asked = await text("#ask-commands");
    seen.before = await screen();
    await picture("link");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await shows("No such container: nothing");
    await atPrompt();
    seen.after = await screen();
    seen.world = await text("#words");
    await picture("link-run");
  },
  async hostile() {
    await open();
    seen.notice = await text("#notice");
    seen.screen = await screen();
    await picture("hostile");
  },
  async offline() {
    await open();
    await until("the button", () => page.evaluate(() => !document.getElementById("offline").hidden));
    await until("the site's first part", () => page.evaluate(async () => (await caches.keys()).includes("fakedocker-current")));
    await page.click("#offline");
    await until("all of the site", async () => (await text("#offline")) === "Kept offline");
    await page.context().setOffline(true);
    seen.network = await page.evaluate(() => fetch("not-in-the-site").then(() => "there", () => "gone"));
    await open();
    await run("docker run --rm postgres:16 psql --version"); // nothing of it is in the first download
    seen.screen = await screen();
    await page.context().setOffline(false);
    seen.kept = String(await page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("fakedocker-site:")).length));
  },
  async embed() {
    await page.goto(address.replace("#", "?embed=1#"));
    await until("the lesson", () => page.evaluate(() => !document.getElementById("open-lesson").hidden));
    await atPrompt();
    seen.seen = await page.evaluate(() => ["header", "#lesson", "#terminal", "#world", "#way-out"].filter((name) => document.querySelector(name).offsetHeight > 0).join(" "));
    seen.whole = await page.evaluate(() => document.getElementById("whole").href);
    seen.overflow = String(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth));
    await picture("embedded");
  },
  async small() {
    await open();
    await run("docker run -d -p 8080:80 nginx");
    await picture("small");
    seen.order = await page.evaluate(() => ["terminal", "lesson", "world"].sort((one, other) => document.getElementById(one).offsetTop - document.getElementById(other).offsetTop).join(" "));
    seen.overflow = String(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth));
    seen.theme = await page.evaluate(() => (document.documentElement.classList.contains("dark") ? "dark" : "light"));
  },
};

try {
  await PLAYS[play]();
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
