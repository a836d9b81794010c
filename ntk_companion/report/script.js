"use strict";

// A box that scrolls must be reached by keyboard, and only then be a stop and have a name.
function markScrolling() {
  for (const box of document.querySelectorAll(".scroll")) {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", box.dataset.label]]) {
      if (scrolls) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
}

function wordsOf(form) {
  return form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
}

// On one page of everything: hide what does not have all of the words.
function filter(form) {
  const words = wordsOf(form);
  const status = form.elements.status.value;
  let shown = 0;
  for (const group of document.querySelectorAll(".group")) {
    let any = false;
    for (const one of group.querySelectorAll(".statement")) {
      const text = one.textContent.toLowerCase();
      one.hidden = Boolean(status && one.dataset.status !== status) || !words.every((word) => text.includes(word));
      any ||= !one.hidden;
      shown += !one.hidden;
    }
    group.hidden = !any;
  }
  form.querySelector("output").value = `${shown} shown`;
}

// A link to a statement that the filter hides must still lead there.
function reveal(form) {
  const target = document.getElementById(location.hash.slice(1));
  if (!target?.hidden) return;
  form.reset();
  filter(form);
  target.scrollIntoView();
}

// A link to what stands in folded details must lead there, in a browser that does not unfold them by itself too.
function unfold() {
  const target = document.getElementById(location.hash.slice(1));
  const folded = target?.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView();
}

// In a folder of pages: the statements of the index that have all of the words, those that have them in the title first.
const MOST_SHOWN = 12;

function found(words) {
  const hits = INDEX.filter((one) => words.every((word) => one.words.includes(word)));
  const named = (one) => words.every((word) => `${one.id} ${one.number} ${one.title}`.toLowerCase().includes(word));
  return [...hits.filter(named), ...hits.filter((one) => !named(one))];
}

function item(one) {
  const link = document.createElement("a");
  link.href = document.body.dataset.pages + encodeURIComponent(one.file);
  if (one.shown) link.insertAdjacentHTML("beforeend", one.shown);
  else link.textContent = `${one.number} ${one.title}`;
  const verdict = document.createElement("span");
  verdict.className = `badge ${one.status}`;
  verdict.textContent = ` ${one.verdict}`;
  const row = document.createElement("li");
  row.append(link, verdict);
  return row;
}

function search(form) {
  const words = wordsOf(form);
  const list = form.querySelector(".results");
  const hits = words.length ? found(words) : [];
  list.replaceChildren(...hits.slice(0, MOST_SHOWN).map(item));
  list.hidden = !hits.length;
  form.querySelector("output").value = words.length ? `${hits.length} found` : "";
}

function listen(form, answer) {
  form.hidden = false;
  form.addEventListener("input", () => answer(form));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    form.reset();
    answer(form);
  });
}

const filterForm = document.querySelector(".filter");
const searchForm = document.querySelector(".search");
if (filterForm) {
  listen(filterForm, filter);
  window.addEventListener("hashchange", () => reveal(filterForm));
}
if (searchForm) listen(searchForm, search);
window.addEventListener("hashchange", unfold);
unfold();
window.addEventListener("resize", markScrolling);
document.addEventListener("toggle", markScrolling, true);
document.fonts.ready.then(markScrolling);
