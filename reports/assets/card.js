"use strict";
// Cards: one review item as a person reads it, in the report and on the review page. Values only ever become text.
const sameasCard = (() => {
  const el = (tag, cls, ...children) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
    return node;
  };
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
    return node;
  };
  const bits = (v) => (Math.abs(v) < 0.05 ? "+0.0" : (v < 0 ? "\u2212" : "+") + Math.abs(v).toFixed(1));
  const count = (n, one, many) => `${n.toLocaleString("en").replaceAll(",", "\u202f")} ${n === 1 ? one : many}`;
  const region = (label, child) => {
    const box = el("div", "scroll", child);
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    return box;
  };

  // ---- differences within a value -------------------------------------------------------------------------------
  // Returns the parts of b with whether each is not in a: longest common subsequence of characters for short values,
  // common head and tail for long ones.
  function difference(a, b) {
    const x = Array.from(a), y = Array.from(b);
    let head = 0;
    while (head < x.length && head < y.length && x[head] === y[head]) head++;
    let tail = 0;
    while (tail < x.length - head && tail < y.length - head && x[x.length - 1 - tail] === y[y.length - 1 - tail]) tail++;
    const mx = x.slice(head, x.length - tail), my = y.slice(head, y.length - tail);
    const changed = mx.length * my.length <= 40000 ? lcs(mx, my) : my.map(() => true);
    const flags = [...Array(head).fill(false), ...changed, ...Array(tail).fill(false)];
    const parts = [];
    y.forEach((c, i) => {
      const last = parts[parts.length - 1];
      if (last && last.changed === flags[i]) last.text += c; else parts.push({ text: c, changed: flags[i] });
    });
    return parts;
  }
  function lcs(x, y) {
    const w = y.length + 1, t = new Uint16Array((x.length + 1) * w);
    for (let i = x.length - 1; i >= 0; i--) {
      for (let j = y.length - 1; j >= 0; j--) {
        t[i * w + j] = x[i] === y[j] ? t[(i + 1) * w + j + 1] + 1 : Math.max(t[(i + 1) * w + j], t[i * w + j + 1]);
      }
    }
    const changed = y.map(() => true);
    for (let i = 0, j = 0; i < x.length && j < y.length;) {
      if (x[i] === y[j]) { changed[j] = false; i++; j++; } else if (t[(i + 1) * w + j] >= t[i * w + j + 1]) i++; else j++;
    }
    return changed;
  }

  // ---- one card -------------------------------------------------------------------------------------------------
  const letter = (i) => String.fromCharCode(65 + (i % 26)) + (i >= 26 ? Math.floor(i / 26) : "");
  const shortKey = (k) => k.replace(/^connec\/[^/]*\//, "");

  // plain is a value without what is only a manner of writing it.
  const plain = (v) => v.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

  function cell(value, base, isBase) {
    if (!value) return el("td", "none", "\u2013");
    const td = el("td", "");
    const text = el("bdi", "");
    const known = base.split("\n");
    const lines = value.split("\n");
    if (isBase || lines.every((line) => known.includes(line))) {
      td.className = isBase ? "" : "same";
      text.append(value);
    } else {
      td.append(el("span", "hidden", "differs: "));
      lines.forEach((line, i) => {
        if (i) text.append("\n");
        const alike = known.find((k) => plain(k) === plain(line) && plain(line));
        if (known.includes(line)) text.append(line);
        else if (alike !== undefined) text.append(el("span", "form", line));
        else text.append(...marked(known[i] || known[0], line));
      });
    }
    td.append(text);
    return td;
  }

  // marked marks the words of a line that the other lacks; of a word that replaced a similar one only the characters
  // that differ. A line that only lacks something is marked whole.
  function marked(other, line) {
    const x = other.match(/\s+|\S+/g) || [], y = line.match(/\s+|\S+/g) || [];
    const changed = x.length * y.length <= 40000 ? lcs(x, y) : y.map(() => true);
    const gone = x.length * y.length <= 40000 ? lcs(y, x) : x.map(() => true);
    const words = x.filter((w, i) => gone[i] && w.trim());
    if (!changed.some((c, i) => c && y[i].trim())) return [el("mark", "", line)];
    const out = [];
    y.forEach((word, i) => {
      if (!changed[i] || !word.trim()) out.push(word);
      else out.push(...markedWord(words.shift() || "", word));
    });
    return out;
  }
  function markedWord(other, word) {
    const parts = difference(other, word);
    const changed = parts.filter((p) => p.changed).reduce((n, p) => n + p.text.length, 0);
    if (!changed || changed * 3 > word.length) return [el("mark", "", word)];
    return parts.map((p) => (p.changed ? el("mark", "", p.text) : p.text));
  }

  // A record's name on its card: the letter of its cluster and its number there.
  function named(card) {
    const at = {};
    return card.m.map((m) => letter(m.g) + (at[m.g] = (at[m.g] || 0) + 1));
  }
  // told replaces the keys of a card's records in a sentence by their names on the card.
  function told(card, names, text) {
    const keys = card.m.map((m, i) => [m.k, names[i]]).sort((a, b) => b[0].length - a[0].length);
    for (const [key, name] of keys) text = text.replaceAll(key, name);
    return text;
  }

  // side is the records in columns; hooks, if any, add to a record's head and to a value.
  function side(card, fields, names, hooks = {}) {
    const head = el("tr", "", el("th", "", el("span", "hidden", "Field")));
    head.firstChild.scope = "col";
    card.m.forEach((m, i) => {
      const th = el("th", i > 0 && m.g !== card.m[i - 1].g ? "first" : "");
      th.scope = "col";
      th.append(el("strong", "", names[i]), ` ${m.s} `);
      if (m.w) th.append(el("span", "tag auto", "survivor"));
      th.append(el("bdi", "id", shortKey(m.k)));
      if (hooks.head) hooks.head(th, i);
      head.append(th);
    });
    if (card.sv) head.append(el("th", "survives", "Survives"));
    const body = el("tbody", "");
    const base = card.m[card.b];
    fields.forEach((name, f) => {
      if (!card.m.some((m) => m.v[f])) return;
      const tr = el("tr", "", el("th", "", name));
      tr.firstChild.scope = "row";
      card.m.forEach((m, i) => {
        const td = cell(m.v[f], base.v[f], i === card.b);
        if (i > 0 && m.g !== card.m[i - 1].g) td.classList.add("first");
        if (hooks.value && m.v[f]) hooks.value(td, i, f);
        tr.append(td);
      });
      if (card.sv) {
        const decided = card.sv[f] || base.v[f] || "";
        tr.append(el("td", "survives" + (card.sv[f] ? "" : " same"), el("bdi", "", decided || "\u2013")));
      }
      body.append(tr);
    });
    const ids = el("tr", "", el("th", "", "IDs"));
    ids.firstChild.scope = "row";
    card.m.forEach((m, i) => ids.append(el("td", "ids id" + (i > 0 && m.g !== card.m[i - 1].g ? " first" : ""), el("bdi", "", (m.i || []).join("\n") || "\u2013"))));
    if (card.sv) ids.append(el("td", "survives", ""));
    body.append(ids);
    return region("Records side by side", el("table", "side", el("thead", "", head), body));
  }

  // startOf is where a pair starts: its two sources have a prior of their own, which is what the steps leave of the weight.
  function startOf(edge) {
    return (edge.t || []).reduce((rest, step) => rest - step[2], edge.w);
  }

  function waterfall(edge, model) {
    const rows = [["Start", "before any field is compared", startOf(edge)]];
    for (const [f, level, b, tf, capped] of edge.t || []) {
      const field = model.fields[f];
      const extra = [tf ? `rarity ${bits(tf)}` : "", capped ? `limit of ${field.group} ${bits(-capped)}` : ""].filter(Boolean).join(", ");
      rows.push([field.label || field.name, field.levels[level].name + (extra ? ` (${extra})` : ""), b]);
    }
    let sum = 0, low = 0, high = 0;
    for (const r of rows) { sum += r[2]; low = Math.min(low, sum); high = Math.max(high, sum); }
    const x = (v) => ((v - low) / (high - low || 1)) * 198 + 1;
    const body = el("tbody", "");
    const line = (label, level, v, from, to, cls) => {
      const drawing = svg("svg", { viewBox: "0 0 200 14", "aria-hidden": "true" });
      drawing.append(svg("line", { x1: x(0), x2: x(0), y1: 0, y2: 14, class: "mid" }));
      drawing.append(svg("rect", { x: Math.min(x(from), x(to)), y: 2, width: Math.max(1, Math.abs(x(to) - x(from))), height: 10, class: cls }));
      const tr = el("tr", cls === "sum" ? "total" : "", el("th", "", label), el("td", "quiet", level), el("td", "", drawing), el("td", "n", bits(v)));
      tr.firstChild.scope = "row";
      body.append(tr);
    };
    let at = 0;
    for (const [label, level, v] of rows) { line(label, level, v, at, at + v, v < 0 ? "neg" : "pos"); at += v; }
    const p = edge.p > 0.9999 ? "> 0.9999" : edge.p.toFixed(4);
    line("Total", `score ${p}`, edge.w, 0, edge.w, "sum");
    const head = el("tr", "", ...["Field", "Level", "Bits, running", "Bits"].map((h, i) => { const th = el("th", i === 3 ? "n" : "", h); th.scope = "col"; return th; }));
    return region("Reason in bits", el("table", "", el("thead", "", head), body));
  }

  const kindWords = { shared_id: "share the ID", link: "are linked by", fuzzy: "are alike, found by", decision: "were judged, decision" };
  function why(card, models, names) {
    if (!card.e) return null;
    const name = (i) => (i < 0 ? "a record not shown" : names[i]);
    const box = el("div", "falls");
    const model = models[card.c];
    const first = Math.max(0, card.e.indexOf(deciding(card)));
    card.e.forEach((edge, i) => {
      const summary = el("summary", "", el("strong", "", name(edge.a)), " and ", el("strong", "", name(edge.b)), ` ${kindWords[edge.k] || edge.k} `, el("bdi", "id", edge.v.replaceAll("_", " ")), edge.s ? `: ${bits(edge.w)} bits` : "");
      const item = el("details", "", summary);
      const fill = () => { if (item.childElementCount === 1) item.append(edge.s && edge.t && model ? waterfall(edge, model) : el("p", "quiet", "Not scored: the ID speaks for itself.")); };
      item.addEventListener("toggle", fill);
      if (i === first && edge.s) { fill(); item.open = true; }
      box.append(item);
    });
    if (card.en > card.e.length) box.append(el("p", "quiet", `${card.e.length} of ${card.en} pairs are shown; all are in pairs.csv.`));
    return el("details", "", el("summary", "", `Why: ${count(card.en, "pair", "pairs")} of records, field by field`), box);
  }

  // The pair that decides: the strongest between two clusters, else the weakest that was scored.
  function deciding(card) {
    const scored = (card.e || []).filter((e) => e.s && e.t);
    const between = scored.filter((e) => e.a >= 0 && e.b >= 0 && card.m[e.a].g !== card.m[e.b].g);
    if (between.length) return between.reduce((x, y) => (y.w > x.w ? y : x));
    return scored.length ? scored.reduce((x, y) => (y.w < x.w ? y : x)) : null;
  }

  // brief is the deciding pair in one line: what speaks for it, what against, and the sum.
  function brief(card, models, names) {
    const edge = deciding(card), model = models[card.c];
    if (!edge || !model || edge.a < 0 || edge.b < 0) return null;
    const line = el("p", "brief", el("strong", "", `${names[edge.a]} and ${names[edge.b]} `));
    const steps = [...edge.t].sort((a, b) => b[2] - a[2]).filter((t) => Math.abs(t[2]) >= 0.05);
    for (const [f, level, b] of steps) {
      const field = model.fields[f];
      line.append(el("span", b < 0 ? "chip against" : "chip", `${field.label || field.name} ${field.levels[level].name} `, el("b", "", bits(b))), " ");
    }
    const auto = Math.log2(model.thresholds.auto / (1 - model.thresholds.auto));
    line.append(el("span", "sumup", `from a start of ${bits(startOf(edge))} = `, el("b", "", `${bits(edge.w)} bits`), Number.isFinite(auto) ? `; sure from ${bits(auto)}` : ""));
    return line;
  }

  function sent(card, names) {
    if (!card.o) return null;
    const box = el("div", "");
    for (const o of card.o) {
      box.append(el("p", "", el("strong", "", o.t + (o.k ? " " + shortKey(told(card, names, o.k)) : "")), " ", o.u ? el("span", "tag " + o.u, o.u) : "", " ", el("bdi", "quiet", told(card, names, o.r || ""))));
      if (o.h) box.append(el("p", "", ...o.h.split(" ").map((h) => el("span", "tag notice", h)).flatMap((t) => [t, " "])));
      if (o.q) box.append(el("pre", "", o.q + (o.b ? "\n" + o.b : "")));
    }
    if (card.f) {
      const body = el("tbody", "", ...card.f.map((f) => el("tr", "", el("th", "", f.f), el("td", "", el("bdi", "", f.b || "\u2013")), el("td", "", el("bdi", "", f.a || "\u2013")), el("td", "quiet", f.r), el("td", "", shortKey(told(card, names, f.w))))));
      const head = el("tr", "", ...["Field", "Before", "Survives", "Rule", "From"].map((h) => el("th", "", h)));
      box.append(region("Fields decided", el("table", "", el("thead", "", head), body)));
    }
    return el("details", "", el("summary", "", `What would be sent: ${count(card.o.length, "operation", "operations")}`), box);
  }

  // clashes are what was refused or doubted, the first two in sight.
  function clashes(card, names) {
    const all = (card.x || []).map((x) => el("p", "clash", el("strong", "", x.k.replaceAll("_", " ")), ": ", el("bdi", "", told(card, names, x.d))));
    const rest = all.slice(2);
    return rest.length ? [...all.slice(0, 2), el("details", "", el("summary", "", count(rest.length, "more conflict", "more conflicts")), ...rest)] : all;
  }

  // ---- the graph of a card: records on a ring, each kept pair a line ----------------------------------------------
  // bridges are the pairs whose loss would part records that hang together.
  function bridges(card, edges) {
    return edges.filter((lost) => {
      const seen = new Set([lost.a]);
      for (let grown = true; grown;) {
        grown = false;
        for (const e of edges) {
          if (e === lost || seen.has(e.a) === seen.has(e.b)) continue;
          seen.add(e.a).add(e.b);
          grown = true;
        }
      }
      return !seen.has(lost.b);
    });
  }

  function graph(card, names) {
    const edges = (card.e || []).filter((e) => e.a >= 0 && e.b >= 0);
    if (card.m.length < 3 || !edges.length) return null;
    const weak = bridges(card, edges).filter((e) => e.k === "fuzzy");
    const n = card.m.length, r = Math.max(70, n * 9), size = 2 * r + 60, c = size / 2;
    const at = (i) => [c + r * Math.sin(2 * Math.PI * i / n), c - r * Math.cos(2 * Math.PI * i / n)];
    const said = (e) => `${names[e.a]} and ${names[e.b]}, ${e.k === "fuzzy" ? "alike" : e.k.replaceAll("_", " ")}${e.s ? ` ${bits(e.w)} bits` : ""}${weak.includes(e) ? ", nothing else holds these two parts together" : ""}`;
    const drawing = svg("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "Which pairs hold the records together: " + edges.map(said).join("; "), class: "graph" });
    for (const e of edges) {
      const [x1, y1] = at(e.a), [x2, y2] = at(e.b);
      const line = svg("line", { x1, y1, x2, y2, class: e.k !== "fuzzy" ? "certain" : weak.includes(e) ? "weak" : e.w < 0 ? "against" : "alike" });
      line.append(svg("title", {}));
      line.firstChild.textContent = said(e);
      drawing.append(line);
    }
    card.m.forEach((m, i) => {
      const [x, y] = at(i);
      drawing.append(svg("circle", { cx: x, cy: y, r: 15, class: m.w ? "node kept" : "node" }));
      const label = svg("text", { x, y: y + 4, "text-anchor": "middle" });
      label.textContent = names[i];
      drawing.append(label);
    });
    const key = el("p", "quiet", "Thick: by IDs, links or decisions. Thin: alike", weak.length ? "; amber: a weak bridge, nothing else holds the two parts together" : "", edges.some((e) => e.w < 0) ? "; dashed: the evidence speaks against it" : "", ".");
    return el("details", "", el("summary", "", `Graph: ${count(edges.length, "pair holds", "pairs hold")} ${n} records together`), drawing, key);
  }

  const tierWords = { auto: "sure", review: "to review", single: "one record" };
  function title(card) {
    const v = card.m[card.b].v;
    return v[0] || [v[2], v[3]].filter(Boolean).join(" ") || v[6].split("\n")[0] || card.id;
  }

  function render(card, line, data) {
    const review = card.g.length > 1 || card.g.some((g) => g.t === "review");
    const tag = el("span", "tag " + (review ? "review" : "auto"), review ? (card.g.length > 1 ? `to review: ${card.g.length} clusters that may be one` : "to review") : "sure");
    const names = named(card);
    const weight = line.w === null ? "by IDs" : `${card.g.length > 1 ? "best pair between" : "weakest link"} ${bits(line.w)} bits`;
    const node = el("article", "card",
      el("header", "", el("h3", "", el("bdi", "", title(card))), tag,
        el("span", "meta", `${card.c} \u00b7 ${count(card.mn, "record", "records")} \u00b7 ${weight}`), el("bdi", "id quiet", card.id)));
    const whole = [];
    card.g.forEach((g, i) => {
      if (g.r && card.g.length > 1) whole.push(el("p", "reason", el("strong", "", letter(i)), " ", el("bdi", "id quiet", g.id), ` ${tierWords[g.t] || g.t}: `, el("bdi", "", told(card, names, g.r))));
      else if (g.r) node.append(el("p", "reason", el("bdi", "", told(card, names, g.r))));
    });
    if (whole.length) node.append(el("details", "reason", el("summary", "", "How each cluster is held together"), ...whole));
    const strongest = brief(card, data.models, names);
    if (strongest) node.append(strongest);
    node.append(...clashes(card, names));
    node.append(side(card, data.fields, names));
    if (card.mn > card.m.length) node.append(el("p", "quiet", `${card.m.length} of ${card.mn} records are shown; all are in members.csv.`));
    for (const part of [why(card, data.models, names), graph(card, names), sent(card, names)]) if (part) node.append(part);
    return node;
  }

  return { el, letter, count, named, told, side, why, brief, clashes, graph, title, render };
})();
