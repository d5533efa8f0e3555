// Which questions and findings are shown.
const questions = [...document.querySelectorAll("details.question")];
const filters = (() => {
  const field = (id) => document.getElementById(id);
  const buttons = [...document.querySelectorAll(".tools button[data-outcome]")];
  const texts = new Map(questions.map((question) => [question, question.textContent.toLowerCase()]));
  const value = (id) => (field(id) ? field(id).value.trim() : "");
  const isIn = (path, place) => path === place || path.startsWith(place.replace(/\/*$/, "/")) || path.includes(place);

  function isShown(question, words, off, file) {
    const { group, severity, change } = question.dataset;
    if (off.has(group) || !words.every((word) => texts.get(question).includes(word))) return false;
    if (value("subject") && question.parentElement.dataset.category !== value("subject")) return false;
    if (value("severity") && severity !== value("severity")) return false;
    if (value("change") && !(change || "").split(" ").includes(value("change"))) return false;
    return !file || [...question.querySelectorAll("[data-path]")].some((each) => isIn(each.dataset.path, file));
  }

  function apply() {
    const words = value("search").toLowerCase().split(/\s+/).filter(Boolean);
    const off = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "false").map((b) => b.dataset.outcome));
    const file = value("file");
    let shown = 0;
    for (const question of questions) {
      question.hidden = !isShown(question, words, off, file);
      shown += question.hidden ? 0 : 1;
      for (const each of question.querySelectorAll(".finding")) {
        each.classList.toggle("elsewhere", Boolean(file) && !isIn(each.dataset.path || "", file));
      }
    }
    for (const section of document.querySelectorAll("section.category")) {
      section.hidden = !section.querySelector("details.question:not([hidden])");
    }
    field("none").hidden = shown > 0;
    field("told").textContent = `${shown} of ${questions.length} questions`;
  }

  function reset() {
    for (const id of ["search", "subject", "severity", "change", "file"]) if (field(id)) field(id).value = "";
    for (const button of buttons) button.setAttribute("aria-pressed", "true");
    apply();
  }

  function inFile(path) {
    reset();
    field("file").value = path;
    apply();
    for (const question of questions) if (!question.hidden) question.open = true;
    field("questions").scrollIntoView();
    field("file").focus({ preventScroll: true });
  }

  for (const id of ["search", "subject", "severity", "change", "file"]) if (field(id)) field(id).addEventListener("input", apply);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "false" ? "true" : "false");
      apply();
    });
  }
  for (const button of document.querySelectorAll(".reset")) button.addEventListener("click", reset);
  field("unfold").addEventListener("click", () => {
    const open = field("unfold").getAttribute("aria-pressed") === "false";
    field("unfold").setAttribute("aria-pressed", String(open));
    for (const question of questions) question.open = open;
  });
  const form = document.querySelector(".tools");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  reset();
  return { apply, reset, inFile };
})();
