// The stations: the page's image beside what is to be done with it. Listens on the document, so that the next task,
// swapped in by htmx, needs nothing wired again; `open` is called for each task that is shown.
"use strict";

const state = { page: null, scale: 1, turn: 0, x: 0, y: 0, box: null, drag: null };
const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

// ---- the image ----

const entries = () => all("[data-viewer] [data-page]");

function showPage(id, box) {
  const entry = entries().find((each) => each.dataset.page === String(id));
  const image = one("[data-image]");
  if (!entry || !image) return;
  state.box = box || null;
  if (state.page === entry.dataset.page) return place();
  state.page = entry.dataset.page;
  state.turn = 0;
  one("[data-wait]").hidden = false;
  image.onload = () => { one("[data-wait]").hidden = true; fit("page"); magnify(); };
  image.onerror = () => { one("[data-wait]").textContent = one("[data-wait]").dataset.lost; };
  image.src = entry.dataset.src;
  one("[data-where]").textContent = `${entry.dataset.name}（${entries().indexOf(entry) + 1}/${entries().length}）`;
  all(".thumb").forEach((thumb) => {
    const here = thumb.dataset.showPage === state.page;
    here ? thumb.setAttribute("aria-current", "true") : thumb.removeAttribute("aria-current");
    if (here) thumb.scrollIntoView({ block: "nearest" });
  });
  all("[data-sheet-of]").forEach((sheet) => { sheet.hidden = sheet.dataset.sheetOf !== state.page; });
  const next = entries()[entries().indexOf(entry) + 1];
  if (next) new Image().src = next.dataset.src;
}

function fit(mode) {
  const image = one("[data-image]"), stage = one("[data-stage]");
  const upright = state.turn % 180 === 0;
  const width = upright ? image.naturalWidth : image.naturalHeight;
  const height = upright ? image.naturalHeight : image.naturalWidth;
  const across = (stage.clientWidth - 16) / width, down = (stage.clientHeight - 16) / height;
  state.scale = mode === "width" ? across : Math.min(across, down);
  state.x = state.y = 0;
  if (mode === "width") state.y = Math.max(0, (height * state.scale - stage.clientHeight) / 2 + 8);
  place();
}

function zoom(factor, event) {
  const stage = one("[data-stage]").getBoundingClientRect();
  const px = event ? event.clientX - stage.left - stage.width / 2 : 0;
  const py = event ? event.clientY - stage.top - stage.height / 2 : 0;
  const scale = Math.min(6, Math.max(0.05, state.scale * factor)), real = scale / state.scale;
  state.x = px - (px - state.x) * real;
  state.y = py - (py - state.y) * real;
  state.scale = scale;
  place();
}

function place() {
  const image = one("[data-image]"), sheet = one("[data-sheet]"), box = one("[data-viewer] [data-box]");
  if (!image || !image.naturalWidth) return;
  sheet.style.width = `${image.naturalWidth}px`;
  sheet.style.height = `${image.naturalHeight}px`;
  const turn = `translate(${state.x}px, ${state.y}px) rotate(${state.turn}deg) scale(${state.scale})`;
  sheet.style.transform = `translate(-50%, -50%) ${turn}`;
  box.hidden = !state.box;
  if (!state.box) return;
  const [left, top, right, bottom] = state.box;
  box.style.left = `${left * 100}%`;
  box.style.top = `${top * 100}%`;
  box.style.width = `${(right - left) * 100}%`;
  box.style.height = `${(bottom - top) * 100}%`;
  box.style.setProperty("--line", `${Math.max(1.5, 2.5 / state.scale)}px`);
}

function bringIntoView() {
  const box = one("[data-viewer] [data-box]"), stage = one("[data-stage]");
  if (!box || box.hidden) return;
  const seen = box.getBoundingClientRect(), frame = stage.getBoundingClientRect();
  if (seen.top >= frame.top && seen.bottom <= frame.bottom && seen.left >= frame.left && seen.right <= frame.right) return;
  state.x -= seen.left + seen.width / 2 - (frame.left + frame.width / 2);
  state.y -= seen.top + seen.height / 2 - (frame.top + frame.height / 2);
  place();
}

// The place that an alert or a thumbnail stands for; the alert in hand is marked.
function pointOut(link) {
  showPage(link.dataset.showPage, parse(link.dataset.box));
  bringIntoView();
  all(".alert-current").forEach((each) => each.classList.remove("alert-current"));
  link.closest(".alert")?.classList.add("alert-current");
}

const parse = (text) => (text ? text.split(",").map(Number) : null);

// The glass: the focused field, cut from the image and enlarged above the keys.
function magnify() {
  const glass = one("[data-glass]"), image = one("[data-image]");
  if (!glass) return;
  const pen = glass.getContext("2d");
  pen.clearRect(0, 0, glass.width, glass.height);
  glass.parentElement.classList.toggle("glass-empty", !state.box);
  if (!state.box || !image.naturalWidth) return;
  const [left, top, right, bottom] = state.box;
  const height = Math.max(12, (bottom - top) * image.naturalHeight), pad = height * 0.35;
  let y = top * image.naturalHeight - pad, h = height + 2 * pad;
  let x = left * image.naturalWidth - pad, w = (right - left) * image.naturalWidth + 2 * pad;
  const scale = Math.min(glass.width / w, glass.height / h, 4);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, x, y, w, h, 0, (glass.height - h * scale) / 2, w * scale, h * scale);
}

const views = {
  in: () => zoom(1.25), out: () => zoom(0.8), width: () => fit("width"), page: () => fit("page"),
  left: () => { state.turn = (state.turn + 270) % 360; fit("page"); },
  right: () => { state.turn = (state.turn + 90) % 360; fit("page"); },
};

document.addEventListener("wheel", (event) => {
  if (!event.target.closest?.("[data-stage]")) return;
  event.preventDefault();
  zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event);
}, { passive: false });
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest("[data-stage]")) state.drag = { x: event.clientX - state.x, y: event.clientY - state.y };
});
document.addEventListener("pointermove", (event) => {
  if (!state.drag) return;
  state.x = event.clientX - state.drag.x;
  state.y = event.clientY - state.drag.y;
  place();
});
document.addEventListener("pointerup", () => { state.drag = null; });
window.addEventListener("resize", () => one("[data-image]")?.naturalWidth && fit("page"));

// ---- the fields ----

const values = () => all("[data-value]").filter((input) => !input.closest("details:not([open])"));
const sheetOf = (input) => input.closest("[data-sheet-of]").dataset.sheetOf;

function reach(input) {
  if (!input) return;
  showPage(sheetOf(input), null);
  input.focus();
  input.select?.();  // a type's list has no text to select
}

function confirmAndGoOn(input) {
  const box = input.closest(".field").querySelector(".confirm");
  if (!box.checked) { box.checked = true; box.dispatchEvent(new Event("change", { bubbles: true })); }
  const list = values(), next = list[list.indexOf(input) + 1];
  next ? reach(next) : one("[data-pass]")?.focus();
}

function turnPage(step) {
  const list = entries(), now = list.findIndex((each) => each.dataset.page === state.page);
  const next = list[Math.min(list.length - 1, Math.max(0, now + step))];
  if (!next) return;
  showPage(next.dataset.page, null);
  values().find((input) => sheetOf(input) === next.dataset.page)?.focus();
}

function progress() {
  const place = one("[data-progress]");
  if (!place) return;
  const boxes = values().map((input) => input.closest(".field").querySelector(".confirm")), done = boxes.filter((box) => box.checked).length;
  place.textContent = boxes.length ? `${place.dataset.progress} ${done} / ${boxes.length}` : "";
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches(".alert [data-show-page]")) pointOut(event.target);
  const field = event.target.closest("[data-field]");
  all(".field-current").forEach((each) => each.classList.remove("field-current"));
  if (!field || !event.target.matches("[data-value]")) return;
  field.classList.add("field-current");
  showPage(sheetOf(field), parse(field.dataset.box));
  bringIntoView();
  magnify();
});
document.addEventListener("change", (event) => {
  progress();
  if (event.target.matches("[data-drop] input")) chosen(event.target);
  if (event.target.closest("[data-auto]")) event.target.form.requestSubmit();
});

// ---- keys ----

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); one("[data-pass]")?.click(); return; }
  if (event.key === "Enter" && event.target.matches("[data-value]")) {
    event.preventDefault();
    confirmAndGoOn(event.target);
  } else if (event.key === "PageDown" && entries().length) { event.preventDefault(); turnPage(1); }
  else if (event.key === "PageUp" && entries().length) { event.preventDefault(); turnPage(-1); }
  else if (event.altKey && ",.=-".includes(event.key)) {
    event.preventDefault();
    views[{ ",": "left", ".": "right", "=": "in", "-": "out" }[event.key]]();
  }
});

document.addEventListener("click", (event) => {
  const tool = event.target.closest("[data-view]");
  if (tool) views[tool.dataset.view]();
  const link = event.target.closest("[data-show-page]");
  if (link) {
    pointOut(link);
    if (link.dataset.goField) goTo(link.dataset.showPage, link.dataset.goField);
  }
  if (event.target.closest("[data-toggle-back]")) {
    one("[data-send-back]").hidden = false;
    one("#note").focus();
  }
});

// ---- files ----

function chosen(input) {
  const names = [...input.files].map((file) => file.name);
  const words = input.closest("[data-drop]").querySelector("[data-chosen]");
  words.textContent = names.length > 3 ? `${names.slice(0, 3).join("、")} … ${names.length}` : names.join("、");
}
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("drop-over", kind === "dragover");
    if (kind !== "drop") return;
    const input = place.querySelector("input");
    input.files = event.dataTransfer.files;
    chosen(input);
  });
}

// ---- a task comes up ----

// The field on that page, else the same field elsewhere, else the page.
function goTo(page, code) {
  const named = values().filter((input) => code && input.closest("[data-field]").dataset.field === code);
  const found = named.find((input) => sheetOf(input) === page) || named[0];
  found ? reach(found) : showPage(page, null);
}

function open() {
  Object.assign(state, { page: null, box: null, drag: null });
  const form = one("[data-recheck]"), first = entries()[0];
  if (first) showPage(first.dataset.page, null);
  const alert = !form && one(".alert [data-show-page]");
  if (alert) alert.focus({ preventScroll: true });
  else if (form?.dataset.fixPage) goTo(form.dataset.fixPage, form.dataset.fixField);
  else {
    const start = values().find((input) => !input.closest(".field").querySelector(".confirm").checked) || values()[0];
    start ? reach(start) : one("[data-pass]")?.focus();  // nothing is doubtful: the images are looked at, then passed
  }
  progress();
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "main" || event.detail.elt.id === "main") { one("#notice").replaceChildren(); open(); }
  else progress();
});
open();
