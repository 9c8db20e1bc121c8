// The dashboard works without this. It keeps times up to date, counts down, copies, and lets rows arrive.
"use strict";

const clockSkew = () => {
  const now = document.querySelector("[data-now]");
  return now ? Number(now.dataset.now) - Date.now() : 0;
};
const skew = clockSkew();
const now = () => Date.now() + skew;

const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
function spoken(seconds) {
  for (const [size, name] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${name}`;
  return "0 s";
}

function refreshTimes() {
  for (const element of document.querySelectorAll("time[data-time]")) {
    const seconds = (now() - Number(element.dataset.time)) / 1000;
    element.textContent =
      Math.abs(seconds) < 1 ? "now" : seconds > 0 ? `${spoken(seconds)} ago` : `in ${spoken(-seconds)}`;
  }
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const seconds = (Number(element.dataset.countdown) - now()) / 1000;
    element.textContent = seconds <= 0 ? "any moment" : `in ${clockText(seconds)}`;
  }
}
function clockText(seconds) {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 86400) return spoken(whole);
  return whole >= 3600
    ? `${parts[0]} h ${String(parts[1]).padStart(2, "0")} min`
    : whole >= 60 ? `${parts[1]} min ${String(parts[2]).padStart(2, "0")} s` : `${whole} s`;
}
refreshTimes();
setInterval(refreshTimes, 1000);

// Copying: <button data-copy="id of an element"> or <button data-copy-text="text">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy && document.getElementById(button.dataset.copy);
  const text = source ? source.value ?? source.textContent : button.dataset.copyText;
  try {
    await navigator.clipboard.writeText(text);
    say(button, "Copied");
  } catch {
    if (source) getSelection().selectAllChildren(source);
    say(button, "Press Ctrl+C");
  }
});
function say(button, text) {
  const before = button.dataset.before ?? button.textContent;
  button.dataset.before = before;
  button.textContent = text;
  setTimeout(() => { button.textContent = before; }, 1500);
}
const offerCopies = (part) => {
  for (const button of part.querySelectorAll("[data-copy], [data-copy-text]")) button.hidden = false;
};
offerCopies(document);

// The guide's language stays the same from page to page, where the browser keeps anything.
const language = document.querySelector("[data-language]");
if (language) {
  const choices = document.querySelectorAll("[data-language]");
  try {
    const kept = localStorage.getItem("language");
    for (const choice of choices) if (choice.value === kept) choice.checked = true;
    for (const choice of choices) choice.addEventListener("change", () => localStorage.setItem("language", choice.value));
  } catch { /* It may not: the first one, then. */ }
  // A link to one language's receiver shows it.
  const shown = [...choices].find((choice) => location.hash === `#receiver-${choice.value}`);
  if (shown) {
    shown.checked = true;
    document.querySelector(location.hash).scrollIntoView();
  }
}
// What a link leads to is opened.
const unfold = () => {
  const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place instanceof HTMLDetailsElement) place.open = true;
};
addEventListener("hashchange", unfold);
unfold();

// Only one menu open at a time, and Escape closes it.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.switch[open], details.burger[open], details.confirm[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.switch[open], details.burger[open], details.confirm[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  const isTyping = /^(input|textarea|select)$/i.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    const search = document.getElementById("search");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});

// This page as it is now.
async function fetched() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}
// What a part of a page says, without how long ago.
function content(part) {
  const copy = part.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.textContent = "";
  return copy.innerHTML;
}

// Rows that arrive by themselves, without moving what one reads: while somebody points into the table, selects, or has
// scrolled down, new rows wait behind a button.
const live = document.querySelector("[data-live]");
const rows = document.querySelector("[data-rows]");
if (live && rows && window.EventSource) {
  const state = live.querySelector("[data-live-state]");
  const pause = live.querySelector("[data-live-pause]");
  const show = live.querySelector("[data-live-show]");
  const most = 200;
  let waiting = [];
  let paused = false;
  let connected = false;
  let pointing = false;
  let uncounted = 0;
  let source;
  live.hidden = false;

  const tell = () => {
    live.dataset.state = paused ? "paused" : connected ? "on" : "off";
    state.textContent = paused ? "Paused" : connected ? "Live" : "Connecting again…";
  };
  const isReading = () =>
    paused || pointing || scrollY > 80 || rows.contains(document.activeElement) || !getSelection().isCollapsed;
  const rowOf = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.querySelector("tr");
  };
  const find = (id) => rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  const offer = () => {
    const count = waiting.length + uncounted;
    show.hidden = count === 0;
    show.textContent = `${count} new: show`;
  };
  const insert = (message) => {
    const row = rowOf(message.html);
    const known = find(message.id);
    if (known) return known.replaceWith(row);
    row.classList.add("fresh");
    rows.prepend(row);
    rows.closest(".table").hidden = false;
    document.querySelector("[data-until-rows]")?.remove();
    while (rows.rows.length > most) rows.lastElementChild.remove();
  };
  const showAll = () => {
    if (uncounted > 0) return location.reload();
    for (const message of waiting) insert(message);
    waiting = [];
    offer();
    refreshTimes();
  };

  const take = (message) => {
    const known = find(message.id);
    if (known) {
      // What is there already changes in its place.
      if (!known.contains(document.activeElement)) insert(message);
    } else if (message.new) {
      const index = waiting.findIndex((other) => other.id === message.id);
      if (index >= 0) waiting[index] = message;
      else if (isReading()) waiting.push(message);
      else insert(message);
      if (waiting.length > most) { waiting.shift(); uncounted += 1; }
      offer();
    } else {
      const other = waiting.find((other) => other.id === message.id);
      if (other) other.html = message.html;
    }
    refreshTimes();
  };
  // Between the page and the stream, and while there was no stream, things went on: the list as it is now says what.
  const catchUp = async () => {
    try {
      const page = await fetched();
      if (!page) return;
      const now = [...(page.querySelector("[data-rows]")?.rows ?? [])];
      const end = rows.rows.length ? now.findLastIndex((row) => find(row.dataset.id)) : now.length - 1;
      for (const row of now.slice(0, end + 1).reverse()) {
        const known = find(row.dataset.id);
        if (!known || content(known) !== content(row)) take({ id: row.dataset.id, new: true, html: row.outerHTML });
      }
    } catch { /* The stream says the rest. */ }
  };

  const open = () => {
    source = new EventSource(live.dataset.live);
    source.addEventListener("hello", async () => {
      connected = true;
      await catchUp();
      tell();
    });
    source.addEventListener("row", (event) => take(JSON.parse(event.data)));
    source.addEventListener("more", (event) => { uncounted += JSON.parse(event.data).count; offer(); });
    source.onerror = () => {
      connected = false;
      tell();
      // The browser tries again by itself, but not where a server that stops or starts has refused it.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
    };
  };
  open();
  rows.addEventListener("pointerenter", () => { pointing = true; });
  rows.addEventListener("pointerleave", () => { pointing = false; });
  show.addEventListener("click", showAll);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Resume" : "Pause";
    tell();
    if (!paused) showAll();
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}

// A part of a page that is fetched anew while something runs.
async function refreshPart() {
  const part = document.querySelector("[data-refresh]");
  if (!part) return;
  await new Promise((resume) => setTimeout(resume, Number(part.dataset.refresh)));
  if (!part.contains(document.activeElement)) {
    try {
      const fresh = (await fetched())?.getElementById(part.id);
      if (fresh) part.replaceWith(fresh);
      refreshTimes();
    } catch { /* Next time, perhaps. */ }
  }
  refreshPart();
}
refreshPart();

// On the timeline of an event, a delivery whose next attempt is due is looked at anew until it has been made.
const lanes = document.querySelector("[data-lanes]");
const isDue = (lane) => {
  const countdown = lane.querySelector("[data-countdown]");
  return !countdown || Number(countdown.dataset.countdown) <= now();
};
async function followLanes() {
  let pause = 1500;
  for (;;) {
    await new Promise((resume) => setTimeout(resume, pause));
    const pending = [...lanes.querySelectorAll("[data-pending]")];
    if (!pending.length) return;
    if (document.hidden || !pending.some(isDue)) continue;
    pause = Math.min(pause * 1.3, 15000);
    try {
      const page = await fetched();
      for (const lane of page ? pending : []) {
        const fresh = page.getElementById(lane.id);
        const selected = getSelection();
        const active = document.activeElement;
        const isRead = (lane.contains(active) && active.tagName !== "SUMMARY")
          || (!selected.isCollapsed && selected.containsNode(lane, true));
        if (!fresh || isRead || content(fresh) === content(lane)) continue;
        pause = 1500;
        let focused;
        for (const attempt of lane.querySelectorAll("details.attempt")) {
          // What was opened stays open, and the focus where it was.
          const parts = (root) => root ? [root, ...root.querySelectorAll("details")] : [];
          const known = parts(fresh.querySelector(`[id="${CSS.escape(attempt.id)}"]`));
          for (const [index, part] of parts(attempt).entries()) {
            if (!known[index]) continue;
            known[index].open = part.open;
            if (active.parentElement === part) focused = known[index].querySelector("summary");
          }
        }
        offerCopies(fresh);
        lane.replaceWith(fresh);
        focused?.focus({ preventScroll: true });
      }
      refreshTimes();
    } catch { /* Next time, perhaps. */ }
  }
}
if (lanes) followLanes();

// The API playground: sends a call with the key that was typed in, and shows its answer.
const call = document.querySelector("[data-call]");
if (call) {
  const field = (name) => call.querySelector(`[data-${name}]`);
  const answer = document.querySelector("[data-answer]");
  const took = document.querySelector("[data-took]");
  const curl = document.querySelector("[data-curl]");
  const quoted = (text) => `'${text.split("'").join("'\\''")}'`;
  const target = () => {
    let path = call.dataset.route;
    for (const input of call.querySelectorAll("[data-path]")) {
      if (input.value) path = path.replace(`{${input.dataset.path}}`, encodeURIComponent(input.value));
    }
    const query = new URLSearchParams();
    for (const input of call.querySelectorAll("[data-query]")) if (input.value) query.set(input.dataset.query, input.value);
    return path + (query.size ? `?${query}` : "");
  };
  const write = () => {
    const { method, type, origin } = call.dataset;
    const lines = [`curl -i${method === "GET" ? "" : ` -X ${method}`} ${quoted(origin + target())}`];
    if (field("key")) lines.push("  -H 'Authorization: Bearer mk_…'");
    if (type) lines.push(`  -H 'Content-Type: ${type}'`, `  --data-binary ${quoted(field("body").value)}`);
    curl.textContent = lines.join(" \\\n");
  };
  call.addEventListener("input", write);
  field("send").hidden = false;
  call.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = {};
    if (field("key")) headers.Authorization = `Bearer ${field("key").value.trim()}`;
    if (call.dataset.type) headers["Content-Type"] = call.dataset.type;
    answer.textContent = "…";
    took.textContent = "";
    const began = performance.now();
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), 60000);
    try {
      const response = await fetch(target(), {
        method: call.dataset.method, headers, body: call.dataset.type ? field("body").value : undefined,
        credentials: "omit", signal: stop.signal,
      });
      let text = `HTTP ${response.status} ${response.statusText}\n`;
      for (const [name, value] of response.headers) text += `${name}: ${value}\n`;
      if ((response.headers.get("content-type") ?? "").startsWith("text/event-stream")) {
        answer.textContent = `${text}\n`;
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) answer.textContent += part.value;
        return;
      }
      const body = await response.text();
      let shown = body;
      try { shown = JSON.stringify(JSON.parse(body), null, 2); } catch { /* Not JSON: as it is. */ }
      answer.textContent = `${text}\n${shown}`;
      took.textContent = `${Math.round(performance.now() - began)} ms`;
    } catch (error) {
      answer.textContent += error.name === "AbortError" ? "\n(a minute is over)" : `\n${error.message}`;
    } finally {
      clearTimeout(limit);
    }
  });
}
