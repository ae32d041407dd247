// Headless Chromium over its pipe: no package is needed, only node and chromium.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function browser() {
  const profile = mkdtempSync(join(tmpdir(), "nullcline-page-"));
  const child = spawn(process.env.CHROMIUM ?? "chromium", ["--headless", "--no-sandbox", "--disable-gpu",
    "--no-first-run", "--hide-scrollbars", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = new Promise(done => child.on("exit", done));
  let [last, text] = [0, ""];
  const waiting = new Map(), heard = [];
  child.stdio[4].on("data", bytes => {
    text += bytes;
    for (let end; (end = text.indexOf("\0")) >= 0; text = text.slice(end + 1)) {
      const message = JSON.parse(text.slice(0, end));
      const [done, failed] = waiting.get(message.id) ?? [];
      waiting.delete(message.id);
      if (message.error) failed(new Error(JSON.stringify(message.error)));
      else if (done) done(message.result);
      else for (const hear of heard) hear(message);
    }
  });
  const ask = (method, params = {}, sessionId) => new Promise((done, failed) => {
    waiting.set(++last, [done, failed]);
    child.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId }) + "\0");
  });
  const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
  const send = (method, params) => ask(method, params, sessionId);
  for (const part of ["Page", "Runtime", "Log", "Network"]) await send(part + ".enable");
  const on = (method, act) => heard.push(m => m.method === method && m.sessionId === sessionId && act(m.params));
  return {
    send,
    on,
    async run(expression) {
      const { result, exceptionDetails: wrong } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (wrong) throw new Error(wrong.exception?.description ?? wrong.text);
      return result.value;
    },
    async open(file) {
      const loaded = new Promise(done => on("Page.loadEventFired", done));
      await send("Page.navigate", { url: "file://" + file });
      await loaded;
    },
    size: (width, height, mobile = false) =>
      send("Emulation.setDeviceMetricsOverride", { width, height, mobile, deviceScaleFactor: 1 }),
    media: features => send("Emulation.setEmulatedMedia", {
      media: features.media ?? "",
      features: Object.entries(features).filter(([k]) => k !== "media").map(([name, value]) => ({ name, value })),
    }),
    async shot(file, clip) {
      const { data } = await send("Page.captureScreenshot", clip ? { captureBeyondViewport: true, clip: { scale: 1, ...clip } } : {});
      writeFileSync(file, Buffer.from(data, "base64"));
    },
    async key(key, shift = false) {
      const event = { key, code: key, windowsVirtualKeyCode: { Tab: 9, Enter: 13 }[key] ?? 0, modifiers: shift ? 8 : 0,
        ...(key.length === 1 && { text: key }), ...(key === "Enter" && { text: "\r" }) };
      await send("Input.dispatchKeyEvent", { type: event.text ? "keyDown" : "rawKeyDown", ...event });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    mouse: (type, x, y, more = {}) => send("Input.dispatchMouseEvent", { type, x, y, ...more }),
    async close() {
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
