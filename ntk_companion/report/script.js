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

function filter() {
  const form = document.querySelector(".filter");
  const words = form.elements.words.value.toLowerCase().split(/\s+/);
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
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  if (!target?.hidden) return;
  document.querySelector(".filter").reset();
  filter();
  target.scrollIntoView();
}

const form = document.querySelector(".filter");
form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", reveal);
window.addEventListener("resize", markScrolling);
document.addEventListener("toggle", markScrolling, true);
document.fonts.ready.then(markScrolling);
