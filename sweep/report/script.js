"use strict";
// The page is whole without this script: it answers to the pointer, the keys and the controls.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const figure = document.querySelector("figure.map");
  const panels = [...figure.querySelectorAll(".panel")];
  const marks = [...figure.querySelectorAll(".point")];
  const charts = [...figure.querySelectorAll(".charts .chart")];
  const namespace = panels[0].namespaceURI;
  const find = (id) => document.getElementById(id);
  const slider = find("round");
  const doubt = find("doubt");
  const KINDS = 6;
  let lattice = 0;
  let chosen = null;
  let held = null;
  let tallest = 0;

  const kindOf = (regime) => (regime === null ? "none" : "r" + (regime % KINDS));
  const percent = (share) => Math.round(100 * share) + "%";
  const upto = () => (slider ? Number(slider.value) : Infinity);

  // Elements, their text never read as markup.
  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }
  function draw(name, attributes) {
    const drawn = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) drawn.setAttribute(key, value);
    return drawn;
  }
  function label(parts) {
    const names = { math: "i", sub: "sub", sup: "sup" };
    return parts.map(([kind, text]) => (names[kind] ? make(names[kind], {}, text) : text));
  }
  function swatch(regime) {
    const kind = kindOf(regime);
    const small = draw("svg", { class: "swatch", viewBox: "0 0 26 16", "aria-hidden": "true" });
    if (regime !== null) {
      small.append(draw("rect", { width: 26, height: 16, class: "region " + kind }));
      small.append(draw("rect", { width: 26, height: 16, fill: "url(#hatch-" + kind + ")" }));
    }
    small.append(draw("use", { href: "#mark-" + kind, x: 13, y: 8, class: "mark " + kind }));
    return small;
  }

  // The map.
  function scenes() {
    if (lattice === 1 && data.frozen.length) return data.frozen;
    const known = data.stages.filter((stage) => stage.round <= upto());
    return known.length ? known[known.length - 1].scenes : null;
  }
  function layer(scene, name) {
    if (!scene) return "";
    const [what, place] = name.split(" ");
    if (what === "region") return scene.regions[place];
    return what === "doubt" ? scene.doubts[place] : scene.boundary;
  }
  function redraw() {
    const shown = data.stages.length ? scenes() : null;
    panels.forEach((panel, place) => {
      for (const path of panel.querySelectorAll("[data-layer]")) {
        path.setAttribute("d", layer(shown && shown[place], path.dataset.layer));
      }
      const veil = panel.querySelector(".doubt");
      if (veil) veil.style.display = doubt && !doubt.checked ? "none" : "";
    });
    let seen = 0;
    for (const mark of marks) {
      const point = data.points[mark.dataset.point];
      const away = point.round > upto();
      seen += away ? 0 : 1;
      mark.classList.toggle("away", away);
      const told = point.lattices[lattice];
      const kind = kindOf(data.regimes.length ? told.regime : told.whole ? 0 : null);
      const use = mark.querySelector("use");
      use.setAttribute("href", "#mark-" + kind);
      use.setAttribute("class", "mark " + kind);
    }
    if (slider) {
      const words = Number(slider.value) < 0 ? "what was there before" : "up to round " + slider.value;
      find("upto").textContent = words + ", " + seen + (seen === 1 ? " point" : " points");
      slider.setAttribute("aria-valuetext", find("upto").textContent);
    }
    focusable();
  }

  // One mark at a time can be reached by Tab, the others from it by the arrow keys.
  function visible() {
    return marks.filter((mark) => !mark.classList.contains("away"));
  }
  function focusable() {
    const seen = visible();
    // Else Tab would go on to where the pointer happens to be.
    const one = seen.find((mark) => mark === document.activeElement) || seen.find((mark) => mark === chosen) || seen[0];
    for (const mark of marks) mark.setAttribute("tabindex", mark === one ? "0" : "-1");
  }
  function place(mark) {
    const box = mark.querySelector(".hit").getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  }
  function beside(mark, dx, dy) {
    const [x, y] = place(mark);
    let best = null;
    let least = Infinity;
    for (const other of visible()) {
      if (other === mark) continue;
      const [ox, oy] = place(other);
      const along = (ox - x) * dx + (oy - y) * dy;
      const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
      if (along > 0.5 && along + 2 * aside < least) [best, least] = [other, along + 2 * aside];
    }
    return best;
  }

  // What is told of a point.
  function shares(told) {
    const bar = make("div", { class: "bar" });
    const words = [];
    told.membership.forEach((share, regime) => {
      if (share < 0.005) return;
      const part = make("i", { class: "of-" + kindOf(regime) });
      part.style.width = 100 * share + "%";
      bar.append(part);
      if (regime !== told.regime) words.push(data.regimes[regime] + " " + percent(share));
    });
    return [words, told.membership.length ? [bar] : []];
  }
  function facts(pairs) {
    const list = make("dl", { class: "facts" });
    for (const [name, value] of pairs) {
      list.append(make("div", {}, make("dt", {}, ...[name].flat()), make("dd", {}, value)));
    }
    return list;
  }
  function regime(told, word) {
    const [others, bar] = shares(told);
    const name = told.regime === null ? "no regime" : data.regimes[told.regime];
    const share = told.membership.length ? " " + percent(told.membership[told.regime]) : "";
    const rest = others.length ? ", " + others.join(", ") : "";
    return [make("p", {}, swatch(told.regime), " " + word, make("strong", {}, name), share + rest), ...bar];
  }
  function head(number) {
    const point = data.points[number];
    const words = point.round === null || point.round < 0 ? "" : ", round " + point.round;
    const parts = [make("h3", {}, "Point " + (number + 1) + words)];
    parts.push(facts(data.axes.map((axis, place) => [label(axis), point.at[place]])));
    if (data.regimes.length) {
      const words = point.lattices.length > 1 ? ["moving: ", "frozen: "] : [""];
      point.lattices.forEach((told, still) => parts.push(...regime(told, words[still])));
    }
    parts.push(make("p", {}, point.why));
    if (point.expected.length) {
      const said = point.expected.map(([name, share]) => name + " " + percent(share)).join(", ");
      parts.push(make("p", { class: "small" }, "Expected then: " + said + "."));
    }
    return parts;
  }
  function ran(told) {
    const [host, processor, version, commit, began] = told.ran;
    return told.core_s + " core-seconds" + (host ? " on " + host : "") + (processor ? " (" + processor + ")" : "")
      + (version ? "; regimap " + version : "") + (commit ? " at " + commit.slice(0, 12) : "")
      + (began ? "; from " + began.slice(0, 16) + " UTC" : "");
  }
  function trials(told, word) {
    const counts = new Map();
    for (const [, status] of told.trials) counts.set(status, (counts.get(status) || 0) + 1);
    const parts = [...counts].map(([status, count]) => count + " " + status);
    const block = [make("p", {}, word + (parts.join(", ") || "no trial has landed"))];
    if (told.scalars.length) block.push(facts(told.scalars));
    if (told.trials.length) {
      const lines = told.trials.map(([id, status]) => "regimap show " + data.store + " " + id + "  # " + status);
      block.push(make("p", { class: "small" }, ran(told)), make("pre", { class: "small" }, lines.join("\n")));
    }
    return block;
  }
  const overview = [...find("told").childNodes];
  let unfolded = false;
  function more(point) {
    const words = point.lattices.length > 1 ? ["Moving: ", "Frozen twins: "] : ["Trials: "];
    const part = make("details", {}, make("summary", {}, "Its trials, in numbers"));
    part.open = unfolded;
    part.addEventListener("toggle", () => { unfolded = part.open; });
    part.append(...point.lattices.flatMap((told, place) => trials(told, words[place])));
    return [part];
  }
  function course(xs, ys) {
    let path = "";
    let open = false;
    ys.forEach((y, place) => {
      const x = xs[place];
      const known = y !== null && x >= 0;
      if (known) path += (open ? "L" : "M") + x / 10 + " " + y / 10;
      open = known;
    });
    return path;
  }
  function range(xs, low, high) {
    const known = xs.map((x, place) => place).filter((p) => xs[p] >= 0 && low[p] !== null && high[p] !== null);
    const down = known.map((p) => xs[p] / 10 + " " + low[p] / 10);
    const up = known.map((p) => xs[p] / 10 + " " + high[p] / 10).reverse();
    return down.length > 1 ? "M" + [...down, ...up].join("L") + "Z" : "";
  }
  function series(point) {
    charts.forEach((chart, place) => {
      const own = chart.querySelector(".own");
      own.replaceChildren();
      point.lattices.forEach((told, still) => {
        const found = told.series[place];
        if (!found) return;
        const [base, mean, low, high] = found;
        const xs = data.bases[base];
        if (still === lattice) own.append(draw("path", { d: range(xs, low, high), class: "range" }));
        own.append(draw("path", { d: course(xs, mean), class: still ? "frozen" : "moving" }));
      });
    });
    figure.querySelector(".charts").classList.add("one");
  }
  function tell() {
    const number = Number(chosen.dataset.point);
    const point = data.points[number];
    find("told").replaceChildren(...head(number));
    const both = point.lattices.length > 1;
    const key = both ? "Heavy lines: this point, moving (solid) and frozen (dotted); shaded, the range of its trials."
      : "Heavy lines: this point; shaded, the range of its trials.";
    find("more").replaceChildren(...(charts.length ? [make("p", { class: "small" }, key)] : []), ...more(point));
    series(point);
    // What lies below is not to move with each point.
    const detail = figure.querySelector(".detail");
    detail.style.minHeight = "0";
    tallest = Math.max(tallest, detail.offsetHeight);
    detail.style.minHeight = tallest + "px";
  }
  function choose(mark) {
    if (chosen) chosen.classList.remove("chosen");
    chosen = mark;
    mark.classList.add("chosen");
    for (const other of marks) other.setAttribute("aria-selected", other === mark ? "true" : "false");
    focusable();
    tell();
  }
  // Back to the regimes' series.
  function leave() {
    held = null;
    if (!chosen) return;
    chosen.classList.remove("chosen");
    chosen.setAttribute("aria-selected", "false");
    chosen = null;
    find("told").replaceChildren(...overview);
    find("more").replaceChildren();
    for (const own of figure.querySelectorAll(".own")) own.replaceChildren();
    figure.querySelector(".charts").classList.remove("one");
    focusable();
  }

  function hear() {
    for (const mark of marks) {
      mark.addEventListener("pointerenter", () => { if (held === null) choose(mark); });
      mark.addEventListener("focus", () => { choose(mark); });
      mark.addEventListener("click", () => {
        held = held === mark ? null : mark;
        choose(mark);
      });
      mark.addEventListener("keydown", (event) => {
        const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
        const seen = visible();
        let next = null;
        if (ways[event.key]) next = beside(mark, ...ways[event.key]);
        else if (event.key === "Home") next = seen[0];
        else if (event.key === "End") next = seen[seen.length - 1];
        else if (event.key === "Enter" || event.key === " ") {
          held = mark;
          choose(mark);
        } else return;
        event.preventDefault();
        if (next) next.focus();
      });
    }
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
    for (const radio of figure.querySelectorAll("input[name=lattice]")) {
      radio.addEventListener("change", () => {
        lattice = Number(radio.value);
        redraw();
        if (chosen) tell();
      });
    }
    if (doubt) doubt.addEventListener("change", redraw);
    if (slider) slider.addEventListener("input", redraw);
    for (const link of document.querySelectorAll("[data-show]")) {
      link.addEventListener("click", () => {
        const mark = marks.find((each) => each.dataset.point === link.dataset.show);
        if (!mark) return;
        held = mark;
        choose(mark);
      });
    }
  }

  // A browser may remember the controls of a page that is loaded again.
  const moving = figure.querySelector("input[name=lattice]");
  if (moving) moving.checked = true;
  if (doubt) doubt.checked = true;
  if (slider) slider.value = slider.max;
  for (const panel of panels) panel.setAttribute("role", "group");
  for (const group of figure.querySelectorAll(".points")) {
    group.setAttribute("role", "listbox");
    group.setAttribute("aria-label", "Simulated points");
  }
  for (const mark of marks) {
    const title = mark.querySelector("title");
    mark.setAttribute("role", "option");
    mark.setAttribute("aria-label", title.textContent);
    // Else the browser would show it over what the script tells.
    title.remove();
  }
  for (const part of figure.querySelectorAll(".controls, .scripted")) {
    if (!part.matches(".controls:empty")) part.hidden = false;
  }
  hear();
  redraw();
})();
