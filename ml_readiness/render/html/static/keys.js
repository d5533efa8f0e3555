// Keys: / searches, j and k walk through the questions, Escape clears; links open what they point to.
{
  const search = document.getElementById("search");
  const isTyping = () => /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);

  const step = (by) => {
    const visible = questions.filter((question) => !question.hidden);
    if (!visible.length) return;
    const now = visible.indexOf(document.activeElement.closest("details.question"));
    const next = now < 0 ? (by > 0 ? 0 : visible.length - 1) : (now + by + visible.length) % visible.length;
    visible[next].querySelector("summary").focus();
  };

  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.matches("details.question, section.category")) return;
    if (target.hidden || target.closest("[hidden]")) filters.reset();
    if (target.matches("details")) {
      target.open = true;
      target.querySelector("summary").focus();
    }
    target.scrollIntoView();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isTyping()) {
      document.activeElement.blur();
      filters.reset();
    } else if (isTyping()) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      search.focus();
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    }
  });
  addEventListener("hashchange", openTarget);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.getAttribute("href") === location.hash) setTimeout(openTarget);
  });
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")].filter((each) => !each.matches(".not-applicable"));
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
  });
  openTarget();
}
