"use strict";
const questions = [...document.querySelectorAll("details.question")];
const search = document.getElementById("search");
const buttons = [...document.querySelectorAll(".tools button[data-outcome]")];
const told = document.getElementById("told");

function apply() {
  const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const off = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "false").map((b) => b.dataset.outcome));
  let shown = 0;
  for (const question of questions) {
    const text = question.textContent.toLowerCase();
    question.hidden = off.has(question.dataset.group) || !wanted.every((word) => text.includes(word));
    shown += question.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("section.category")) {
    section.hidden = !section.querySelector("details.question:not([hidden])");
  }
  told.textContent = `${shown} of ${questions.length} questions`;
}

function step(by) {
  const visible = questions.filter((question) => !question.hidden);
  if (!visible.length) return;
  const now = visible.indexOf(document.activeElement.closest("details.question"));
  const next = now < 0 ? (by > 0 ? 0 : visible.length - 1) : (now + by + visible.length) % visible.length;
  visible[next].querySelector("summary").focus();
}

search.addEventListener("input", apply);
for (const button of buttons) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "false" ? "true" : "false");
    apply();
  });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    search.blur();
    apply();
  } else if (document.activeElement === search) {
    return;
  } else if (event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
  }
});
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.matches("details")) {
    target.open = true;
    target.querySelector("summary").focus();
  }
}

addEventListener("hashchange", openTarget);
addEventListener("beforeprint", () => {
  for (const question of questions) question.open = true;
});
document.querySelector(".tools").hidden = false;
apply();
openTarget();
