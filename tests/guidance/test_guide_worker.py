"""The worker on a poor network: what is kept is read at once, and a newer page takes its place behind it."""

from __future__ import annotations

import json
import subprocess

from django.template.loader import render_to_string
from playwright._impl._driver import compute_driver_executable

PAGE, GUIDE = "/guides/A-1/VN/kept/ko/", "/guides/A-1/VN/"
STYLE = "/static/naru/base.0123456789ab.css"
HARNESS = """
const {worker, page, guide, style} = JSON.parse(require("fs").readFileSync(0, "utf8"));
class Answer extends Response { static redirect(to) { return new Answer(`to ${to}`); } }
const never = () => new Promise(() => undefined);
const hanging = () => new Response(new ReadableStream({ start(out) { out.enqueue(new TextEncoder().encode("half")); } }));
const late = async (text) => { await new Promise((done) => setTimeout(done, 60)); return new Response(text); };
const told = [];

const run = async (name, path, mode, network, isKept = true) => {
  const kept = new Map(isKept ? [[page, new Response("kept")], [style, new Response("old style")]] : []), asked = [], events = {};
  const store = { match: async (path) => kept.get(path)?.clone(), put: async (path, answer) => { kept.set(path, answer); } };
  const self = { location: { origin: "http://x" }, addEventListener: (name, what) => { events[name] = what; } };
  const fetch = async (what, more = {}) => { asked.push(more.headers || {}); return network(); };
  new Function("self", "caches", "fetch", "Response", "setTimeout", worker)(
    self, { open: async () => store }, fetch, Answer, (what, after) => setTimeout(what, after / 100));
  let answer; const waits = [];
  events.fetch({ request: { method: "GET", url: `http://x${path}`, mode }, respondWith: (what) => { answer = what; },
    waitUntil: (what) => { waits.push(what); } });
  const text = await (await answer).text();
  await Promise.race([Promise.all(waits), new Promise((done) => setTimeout(done, 150))]);
  told.push([name, text, isKept ? await kept.get(page).clone().text() : "", asked.length && "Naru-Opened" in asked[0]]);
};

(async () => {
  await run("no answer", page, "navigate", never);
  await run("half a page", page, "navigate", hanging);
  await run("late", page, "navigate", () => late("new"));
  await run("quick", page, "navigate", async () => new Response("new"));
  await run("refused", page, "navigate", async () => { throw new Error("no network"); });
  await run("broken", page, "navigate", async () => new Response("sorry", { status: 502 }));
  await run("gone", page, "navigate", async () => new Response("gone", { status: 404 }));
  await run("not kept", page, "navigate", async () => new Response("new"), false);
  await run("a guide", guide, "navigate", never);
  await run("a style", style, "no-cors", never);
  console.log(JSON.stringify(told));
  process.exit(0);
})();
"""


def test_what_is_kept_answers_on_a_poor_network_and_is_brought_up_to_date():
    """Each with what is shown, what is kept afterwards, and whether it was asked for as something opened."""
    node, _command = compute_driver_executable()
    given = {
        "worker": render_to_string("guidance/guide_worker.js"),
        "page": PAGE,
        "guide": GUIDE,
        "style": STYLE,
    }
    done = subprocess.run(
        [node, "-e", HARNESS], input=json.dumps(given), capture_output=True, text=True, timeout=30, check=True
    )
    assert json.loads(done.stdout) == [
        ["no answer", "kept", "kept", True],
        ["half a page", "kept", "kept", True],
        ["late", "kept", "new", True],
        ["quick", "new", "new", True],
        ["refused", "kept", "kept", True],
        ["broken", "kept", "kept", True],
        ["gone", "gone", "kept", True],
        ["not kept", "new", "", True],
        ["a guide", f"to {PAGE}", "kept", False],
        ["a style", "old style", "kept", 0],
    ]
