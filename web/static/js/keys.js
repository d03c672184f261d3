// Keys of the lists, and what every page shares. A key is left alone while somebody types or composes a character.
"use strict";

const typing = (event) =>
  event.isComposing || event.ctrlKey || event.altKey || event.metaKey ||
  event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select") !== null;

const rows = () => [...document.querySelectorAll("[data-row]")];

function select(step) {
  const all = rows();
  if (all.length === 0) return;
  const now = all.findIndex((row) => row.classList.contains("row-current"));
  const next = now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + step));
  all.forEach((row, index) => row.classList.toggle("row-current", index === next));
  const way = all[next].querySelector("[data-open]");
  way.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  if (event.key === "j") select(1);
  else if (event.key === "k") select(-1);
  else if (event.key === "n") document.querySelector("[data-next]")?.click();
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".notice").remove();
});

// A form that was sent is not sent again by an impatient second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
