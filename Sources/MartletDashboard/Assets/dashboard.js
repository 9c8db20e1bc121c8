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
for (const button of document.querySelectorAll("[data-copy], [data-copy-text]")) button.hidden = false;

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
