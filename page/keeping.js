// Keeps the site for use without a network: a service worker, where the browser has them, and the button for all of it.

const button = document.getElementById("offline");
const host = navigator.serviceWorker; // only where the page came by https, or from the same machine

function say(text, disabled) {
  button.textContent = text;
  button.disabled = disabled;
}

function hear({ data }) {
  if (data.kind === "offline progress") say(`Keeping ${Math.round(data.share * 100)} %`, true);
  else if (data.kind === "offline here") say(data.all ? "Kept offline" : "Keep offline", data.all);
  else if (data.kind === "offline renewed") {
    say("Keep offline", false);
    document.dispatchEvent(new CustomEvent("notice", { detail: "A newer version of this page is here: reload to use it." }));
  } else if (data.kind === "offline problem") {
    if (button.disabled) document.dispatchEvent(new CustomEvent("notice", { detail: `Not all of the site could be kept: ${data.text}` }));
    say("Keep offline", false);
  }
}

async function begin() {
  await host.register("offline.js");
  const worker = (await host.ready).active;
  button.hidden = false;
  button.onclick = () => { say("Keeping 0 %", true); worker.postMessage({ kind: "keep all" }); };
  worker.postMessage({ kind: "refresh" });
}

if (host) {
  host.addEventListener("message", hear);
  host.startMessages();
  // the engine is started first: what is fetched again for later would only stand in its way
  document.addEventListener("engine-ready", () => begin().catch(() => { button.hidden = true; }));
}
