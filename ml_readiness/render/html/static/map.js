// The map: colours, a closer look at a folder, and the way from a file to its findings.
if (document.getElementById("map")) {
  const svg = document.querySelector("#mapbox svg");
  const where = document.getElementById("where");
  const whole = document.getElementById("whole");
  const modes = [...document.querySelectorAll(".modes button[data-mode]")];
  const linked = [...svg.querySelectorAll("a.file")];
  const all = svg.viewBox.baseVal.width;

  const tell = (tile) => {
    where.textContent = tile ? tile.querySelector("title").textContent : "";
  };
  const choose = (mode) => {
    svg.setAttribute("class", `by-${mode}`);
    for (const button of modes) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    for (const legend of document.querySelectorAll("#map .legend")) legend.hidden = !legend.matches(`.by-${mode}`);
  };
  const label = (tile, zoom) => {
    const text = tile.querySelector("text");
    const box = tile.querySelector("rect");
    const [width, height] = [box.width.baseVal.value * zoom, box.height.baseVal.value * zoom];
    if (tile.matches(".folder") || width < 30 || height < 14) return;
    const name = tile.dataset.file.split("/").pop();
    const letters = Math.floor((width - 6) / 5.8);
    const shown = text || tile.appendChild(document.createElementNS(svg.namespaceURI, "text"));
    shown.textContent = name.length <= letters ? name : letters > 3 ? `${name.slice(0, letters - 1)}…` : "";
    shown.setAttribute("x", box.x.baseVal.value + 3 / zoom);
    shown.setAttribute("y", box.y.baseVal.value + 11 / zoom);
  };
  const look = (folder) => {
    const rect = folder ? folder.querySelector("rect") : null;
    const [x, y, w, h] = rect ? ["x", "y", "width", "height"].map((name) => rect[name].baseVal.value) : [0, 0, all, 560];
    const zoom = Math.min(all / w, 560 / h);
    const [width, height] = [all / zoom, 560 / zoom];
    const within = (start, size, most) => Math.min(Math.max(start, 0), most - size);
    const [left, top] = [within(x - (width - w) / 2, width, all), within(y - (height - h) / 2, height, 560)];
    svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    svg.classList.toggle("near", zoom > 1);
    svg.style.setProperty("--zoom", String(zoom));
    for (const tile of svg.querySelectorAll(".file")) label(tile, zoom);
    for (const dot of svg.querySelectorAll("circle")) dot.setAttribute("r", 3 / zoom);
    whole.hidden = !folder;
    where.textContent = folder ? `${folder.dataset.folder}/` : "";
  };
  const walk = (from, key) => {
    const middle = (tile) => {
      const box = tile.querySelector("rect");
      return [box.x.baseVal.value + box.width.baseVal.value / 2, box.y.baseVal.value + box.height.baseVal.value / 2];
    };
    const [x, y] = from ? middle(from) : [-1, -1];
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    let best = null;
    for (const tile of linked) {
      const [u, v] = middle(tile);
      const [along, aside] = [(u - x) * dx + (v - y) * dy, Math.abs((u - x) * dy) + Math.abs((v - y) * dx)];
      const far = along + 2 * aside;
      if (tile !== from && along > 0.5 && (!best || far < best.far)) best = { tile, far };
    }
    if (!from && linked.length) best = { tile: linked[0] };
    if (best) best.tile.focus();
  };

  for (const button of modes) button.addEventListener("click", () => choose(button.dataset.mode));
  whole.addEventListener("click", () => look(null));
  svg.addEventListener("mouseover", (event) => tell(event.target.closest(".file, .folder")));
  svg.addEventListener("focusin", (event) => tell(event.target.closest(".file")));
  svg.addEventListener("click", (event) => {
    const tile = event.target.closest(".file, .folder");
    if (!tile) return;
    event.preventDefault();
    if (tile.matches(".folder")) look(tile);
    else if (tile.matches("a")) filters.inFile(tile.dataset.file);
    else tell(tile);
  });
  document.getElementById("mapbox").addEventListener("keydown", (event) => {
    if (event.key === "Escape") look(null);
    if (!event.key.startsWith("Arrow") || !linked.length) return;
    event.preventDefault();
    walk(document.activeElement.closest("a.file"), event.key);
  });
  document.querySelector(".modes").hidden = false;
}
