"use strict";
// The review page: one question at a time, every answer one key. Values come as JSON and only ever become text.
(() => {
  const { el, letter, count, named, told, side, why, brief, clashes, graph, title } = sameasCard;
  const $ = (id) => document.getElementById(id);
  const token = document.querySelector('meta[name="token"]').content;
  const root = document.documentElement;
  const narrow = matchMedia("(max-width: 640px)");
  let data = null;      // fields, models, and the rows of which a value can be chosen
  let item = null;      // the item in sight, as the server told of it
  let names = [];       // of its records
  let draft = null;     // the answer as it is marked so far
  let at = { record: -1, row: -1 };
  let busy = false;

  // ---- asking the server ----------------------------------------------------------------------------------------
  async function ask(path, body) {
    const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json", "X-Sameas-Token": token }, body: JSON.stringify(body) };
    let answer;
    try {
      answer = await fetch(path, options);
    } catch {
      throw new Error("The page is no longer served: it stopped, or nobody used it for a while. Nothing that was kept is lost. Run `sameas review` again and open the address it prints.");
    }
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
      const told = await answer.json();
      if (answer.ok) return told;
      throw Object.assign(new Error(told.error), { now: told.now });
    }
    throw new Error(await answer.text());
  }

  // doing runs one request at a time, and shows what went wrong beside what stands now.
  async function doing(work) {
    if (busy) return;
    busy = true;
    try {
      await work();
    } catch (err) {
      if (err.now) show(err.now);
      notice(err.message);
    } finally {
      busy = false;
    }
  }

  function notice(text) {
    $("notice").hidden = !text;
    $("notice").replaceChildren(text ? el("p", "", text) : "");
  }

  // ---- the item -------------------------------------------------------------------------------------------------
  function show(next, said) {
    notice("");
    item = next;
    at = { record: -1, row: -1 };
    showProgress(next.progress);
    if (next.finished) {
      names = [];
      draft = null;
      location.hash = "";
      showFinished(next);
    } else {
      names = named(next.card);
      draft = restored() || fresh();
      history.replaceState(null, "", "#" + [next.collection, next.id, ...(next.sampled ? ["sampled"] : [])].map(encodeURIComponent).join("/"));
      showItem();
    }
    $("status").textContent = [said, next.finished ? "Nothing is left to judge." : `Question: ${title(next.card)}, ${names.length} records.`].filter(Boolean).join(" ");
    $("question").focus({ preventScroll: true });
    scrollTo(0, 0);
    root.dataset.ready = String(Number(root.dataset.ready || 0) + 1);
  }

  // fresh is the answer that stands, or every record with its cluster.
  function fresh() {
    return { groups: [...item.groups], survivor: item.survivor, values: { ...item.values }, before: [...item.groups], why: "" };
  }
  function restored() {
    try {
      const kept = JSON.parse(sessionStorage.getItem("sameas-draft"));
      return kept && kept.id === item.id && kept.version === item.version ? kept.draft : null;
    } catch { return null; }
  }
  function keepDraft() {
    try { sessionStorage.setItem("sameas-draft", JSON.stringify({ id: item.id, version: item.version, draft })); } catch { /* a browser may keep nothing */ }
  }
  function marked() {
    keepDraft();
    showItem();
  }

  const things = (groups) => new Set(groups).size;
  // inThings says which records are one: "A1 A2 | B1".
  function inThings(groups) {
    const by = new Map();
    groups.forEach((g, i) => by.set(g, [...(by.get(g) || []), names[i]]));
    return [...by.values()].map((list) => list.join(" ")).join(" | ");
  }
  // apart is what "different" says: the clusters are things of their own; of one cluster, each record is.
  function apart() {
    return item.card.g.length > 1 ? item.card.m.map((m) => m.g) : item.card.m.map((_, i) => i);
  }
  const hubs = () => item.card.m.filter((m) => m.h).length;

  function showItem() {
    const card = item.card;
    const box = $("question");
    const heading = el("header", "", el("h1", "", el("bdi", "", title(card))),
      item.sampled ? el("span", "tag auto", "audit: is this one thing?") : item.asked ? el("span", "tag review", "to review") : el("span", "tag", "looked up"),
      el("span", "meta", `${card.c} \u00b7 ${count(card.mn, "record", "records")}${item.value ? ` \u00b7 an answer avoids about ${item.value.toFixed(1)} errors` : ""}`), el("bdi", "id quiet", item.id));
    const clusters = card.g.map((g, i) => {
      const n = card.m.filter((m) => m.g === i).length;
      return letter(i) + (n > 1 ? ` (${n} records)` : "");
    });
    const question = el("p", "ask", item.sampled ? "sameas is sure that these are one thing. Is it right?" : card.g.length > 1 ? `Are ${clusters.slice(0, -1).join(", ")} and ${clusters[clusters.length - 1]} one thing?` : "Are these records one thing?");
    const facts = el("div", "", ...(narrow.matches ? [] : contradictions()), item.sent_back ? el("p", "clash", el("strong", "", "sent back by the plan"), ": ", el("bdi", "", told(card, names, item.sent_back))) : "");
    const strongest = brief(card, data.models, names);
    if (strongest) facts.append(strongest);
    facts.append(...clashes(card, names), ...standing());
    const table = side(card, data.fields, names, { head: showHead, value: showValue });
    const reasons = el("div", "");
    card.g.forEach((g, i) => { if (g.r) reasons.append(el("p", "reason", card.g.length > 1 ? el("strong", "", letter(i) + " ") : "", el("bdi", "", told(card, names, g.r)))); });
    const waterfall = why(card, data.models, names), drawing = graph(card, names);
    if (waterfall) waterfall.open = true;
    if (drawing) drawing.open = true;
    const more = card.mn > card.m.length ? el("p", "note look", `${card.m.length} of ${card.mn} records are shown. Your answer is on those; the others come up again after the next match.`) : "";
    // Few records leave room for the reason beside them. On a phone the records come before all that is said of them, but
    // for what contradicts itself.
    const few = card.m.length < 4;
    if (narrow.matches) box.replaceChildren(heading, question, ...contradictions(), table, more, facts, reasons, waterfall || "", drawing || "");
    else box.replaceChildren(heading, question, facts, ...(few ? [] : [table, more]),
      el("div", few ? "beside few" : "beside", el("div", "", ...(few ? [table, more] : []), reasons, few ? "" : waterfall), el("div", "", few ? waterfall : "", drawing)));
    showActions();
  }

  // contradictions are decisions that cannot all be true.
  function contradictions() {
    return item.conflicts.map((chain) => {
      const [first, last] = [chain[0], chain[chain.length - 1]].map((k) => told(item.card, names, k));
      const by = chain.slice(1, -1).map((k) => told(item.card, names, k)).join(", ");
      return el("p", "note stop", `Decisions contradict each other: ${first} and ${last} were judged different, but the same${by ? ` by way of ${by}` : ", by different IDs"}. Until then they are kept apart and asked again: what you answer here takes the place of all of these.`);
    });
  }

  // standing are the decisions that were made on these records.
  function standing() {
    if (!item.said.length) return [];
    const name = (i) => names[i] || "?";
    const line = (d) => {
      const what = { same: `${name(d.record)} and ${name(d.other)} are the same`, different: `${name(d.record)} and ${name(d.other)} are different`, survivor: `${name(d.record)} survives`, value: `${d.field} of ${name(d.record)} survives` }[d.kind];
      return el("li", "", what + (d.why ? ": " : ""), d.why ? el("bdi", "", d.why) : "", ` \u2013 `, el("bdi", "", d.who || "no name"), `, ${d.at.replace("T", " ").replace(/(:\d\d)Z$/, "$1 UTC")}`);
    };
    const box = el("details", "said", el("summary", "", `${item.judged ? "Judged already" : "Decided already"}: ${count(item.said.length, "decision", "decisions")} on these records`), el("ul", "", ...item.said.map(line)));
    box.open = item.said.length < 5;
    return [box];
  }

  function showHead(th, i) {
    const g = [...new Set(draft.groups)].indexOf(draft.groups[i]);
    const chip = el("button", `thing t${g % 4}`, `thing ${g + 1}`);
    chip.type = "button";
    chip.setAttribute("aria-label", `${names[i]} is of thing ${g + 1}: move it to another`);
    chip.addEventListener("click", () => { at.record = i; move(); });
    th.append(chip);
    th.addEventListener("click", (e) => { if (!e.target.closest("button")) { at.record = i; showItem(); } });
    if (draft.survivor === i) th.append(el("span", "tag ok", "survives"));
    if (at.record === i) th.classList.add("at");
  }

  function showValue(td, i, f) {
    td.addEventListener("click", () => { if (getSelection().isCollapsed) { at = { record: i, row: f }; showItem(); } });
    if (at.record === i) td.classList.add("at");
    if (at.record === i && at.row === f) td.classList.add("cell");
    if (draft.values[data.fields[f]] === i) td.append(el("span", "tag ok chosen", "survives"));
  }

  function showProgress(p) {
    $("bar").max = Math.max(1, p.total);
    $("bar").value = p.done;
    const left = p.seconds && p.left ? `about ${duration(p.left * p.seconds)} left at ${p.seconds < 10 ? p.seconds.toFixed(1) : Math.round(p.seconds)} s each` : "";
    const sample = p.sample && p.sample.drawn ? `audit: ${p.sample.judged} of ${p.sample.drawn} judged, ${p.sample.wrong} wrong` + (p.sample.judged ? `, at most ${(100 * p.sample.at_most).toPrecision(2)} % of all with 95 %` : "") : "";
    $("far").textContent = [`${p.done} of ${p.total} judged`, p.skipped ? `${p.skipped} skipped` : "", p.disputed ? `${p.disputed} in contradiction` : "", left, sample].filter(Boolean).join(" \u00b7 ");
  }
  function duration(seconds) {
    if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    return `${(seconds / 3600).toFixed(1)} h`;
  }

  function showFinished(next) {
    const p = next.progress;
    const box = el("div", "finished", el("h1", "", p.total || p.sample ? "Nothing is left to judge." : "There is nothing to judge."));
    if (p.last) {
      const apply = el("button", "main", "Apply the decisions ", el("kbd", "", "m"));
      apply.type = "button";
      apply.addEventListener("click", openMatch);
      box.append(el("p", "ask", "Every answer is kept. Match forms the clusters anew by them, and may ask again where they change what hangs on them; then a new plan is made of it, with ", el("code", "", "sameas merge plan"), "."), apply);
    } else {
      box.append(el("p", "ask", "Every cluster is sure, or was judged before. Look one up to judge it all the same (/)."));
    }
    $("question").replaceChildren(box);
    showActions();
  }

  // ---- answering ------------------------------------------------------------------------------------------------
  const answer = (groups) => doing(async () => {
    const survivor = draft.survivor >= 0 && draft.survivor !== item.survivor ? draft.survivor : null;
    const values = Object.fromEntries(Object.entries(draft.values).filter(([row, i]) => item.values[row] !== i));
    const sent = { collection: item.collection, id: item.id, sampled: item.sampled, version: item.version, groups, survivor, values, why: draft.why };
    const said = `Kept: ${things(groups) === 1 ? "the same" : inThings(groups)}.`;
    show(await ask("/answer", sent), said);
  });
  const skip = () => doing(async () => show(await ask("/skip", { collection: item.collection, id: item.id, sampled: item.sampled }), "Skipped."));
  const undo = () => doing(async () => {
    if (!item?.progress.last) return notice("There is no answer to undo.");
    show(await ask("/undo", { last: item.progress.last }), "Undone.");
  });
  const next = () => doing(async () => show(await ask("/next")));

  // split puts the record at hand into a thing of its own, or back.
  function split() {
    if (at.record < 0) at.record = item.card.m.length - 1;
    const i = at.record, alone = draft.groups.filter((g) => g === draft.groups[i]).length === 1;
    draft.groups[i] = alone ? draft.before[i] : Math.max(...draft.groups) + 1;
    marked();
  }
  // move puts it into the next of the other things.
  function move() {
    if (at.record < 0) at.record = item.card.m.length - 1;
    const all = [...new Set(draft.groups)].sort((a, b) => a - b);
    draft.groups[at.record] = all[(all.indexOf(draft.groups[at.record]) + 1) % all.length];
    if (all.length === 1) return split();
    marked();
  }
  const stands = "That was chosen in an earlier answer, and stands: choose another record, or take that answer back (u).";
  function survive() {
    const m = item.card.m[at.record];
    if (!m || !m.h || hubs() < 2) return notice("Choose a record of the hub first (1 to 9, or the arrows): of two or more hub records one survives; an application's own record stays in its application.");
    if (item.survivor === at.record && draft.survivor === at.record) return notice(stands);
    draft.survivor = draft.survivor === at.record ? -1 : at.record;
    notice("");
    marked();
  }
  function choose() {
    const row = data.fields[at.row], m = item.card.m[at.record];
    if (!row || !m || !m.h || hubs() < 2 || !m.v[at.row] || !data.decidable.includes(row)) return notice("Choose a value of a hub record first (the arrows): of the hub records that are merged, its value survives. Status, codes and fields of applications alone cannot be chosen.");
    if (item.values[row] === at.record && draft.values[row] === at.record) return notice(stands);
    if (draft.values[row] === at.record) delete draft.values[row]; else draft.values[row] = at.record;
    notice("");
    marked();
  }
  function go(records, rows) {
    if (!item || item.finished) return;
    const n = item.card.m.length;
    if (records) at.record = at.record < 0 ? (records > 0 ? 0 : n - 1) : (at.record + records + n) % n;
    if (rows) {
      const filled = data.fields.map((_, f) => f).filter((f) => item.card.m.some((m) => m.v[f]));
      const place = filled.indexOf(at.row);
      at.row = filled[place < 0 ? (rows > 0 ? 0 : filled.length - 1) : (place + rows + filled.length) % filled.length];
      if (at.record < 0) at.record = 0;
    }
    showItem();
    document.querySelector(".side .cell, .side th.at")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // differ answers that the clusters are different things. Of a cluster that is in doubt itself that would say that its own
  // records are one, which nobody was asked: there every record is marked instead.
  function differ() {
    const doubtful = item.card.g.length > 1 ? item.card.g.findIndex((g) => g.t === "review") : -1;
    if (doubtful < 0) return answer(apart());
    notice(`${letter(doubtful)} is in doubt itself: mark which of its records are one thing (1 to 9, then t or x), and keep that (Enter).`);
  }

  // changed reports whether something was marked that Same and Different do not say, or cannot.
  function changed() {
    const alike = (a, b) => inThings(a) === inThings(b);
    const chosen = Object.entries(draft.values).some(([row, i]) => item.values[row] !== i) || draft.survivor !== item.survivor;
    return chosen || !alike(draft.groups, apart()) || item.card.g.length > 1 && item.card.g.some((g) => g.t === "review");
  }
  const keepMarked = () => changed() ? answer(draft.groups) : notice("Nothing is marked: answer Same or Different, or choose a record (1 to 9) and split it off first.");

  const open = () => item && !item.finished;
  const keys = [
    { key: "s", name: "Same", does: "these are one thing", run: () => open() && answer(item.card.m.map(() => 0)), button: "main" },
    { key: "d", name: "Different", does: "each cluster shown is a thing of its own; of one cluster, each record is", run: () => open() && differ(), button: "main" },
    { key: "x", name: "Split off", does: "the record at hand is a thing of its own; again, it goes back", run: () => open() && split(), button: "more" },
    { key: "t", name: "Other thing", does: "the record at hand goes to the next of the other things", run: () => open() && move() },
    { key: "Enter", name: "Keep", does: "keep the answer as marked: records of one thing are the same, of two are different", run: () => open() && keepMarked(), button: "more" },
    { key: "w", name: "Survivor", does: "the hub record at hand is the one that the others are merged into", run: () => open() && survive(), button: "more" },
    { key: "v", name: "Value", does: "the value at hand survives, of the hub records that are merged", run: () => open() && choose(), button: "more" },
    { key: "k", name: "Skip", does: "put the question off until the others are answered", run: () => open() && skip(), button: "more" },
    { key: "u", name: "Undo", does: "take the latest answer back and show its question; again, the one before", run: undo, button: "more" },
    { key: "1\u20139 \u2190 \u2192", name: "Record", does: "choose the record at hand" },
    { key: "\u2191 \u2193", name: "Field", does: "choose the value at hand" },
    { key: "n", name: "Next", does: "back to the next question, after a look elsewhere", run: next },
    { key: "r", name: "Remark", does: "write a remark that is kept with the answer", run: () => $("why")?.focus() },
    { key: "/", name: "Jump", does: "find a cluster by a name, e-mail, ID or cluster ID", run: () => $("q").focus() },
    { key: "m", name: "Apply", does: "match anew by the decisions, and say what changed", run: () => openMatch() },
    { key: "?", name: "Help", does: "show this", run: () => openHelp() },
    { key: "Esc", name: "Close", does: "close what is open, leave a field" },
  ];

  function showActions() {
    const offered = (k) => k.key === "u" || open() && (k.key !== "Enter" || changed()) && (!["w", "v"].includes(k.key) || hubs() > 1 && at.record >= 0);
    const places = ["s", "d", "x", "k", "u", "Enter", "w", "v"]; // those that come and go stand last, so that none moves
    const buttons = places.map((key) => keys.find((k) => k.key === key)).filter(offered).map((k) => {
      const label = k.key === "d" && open() ? `Different: ${things(apart())} things` : k.key === "Enter" && open() ? `Keep: ${things(draft.groups)} ${things(draft.groups) === 1 ? "thing" : "things"}` : k.name;
      const b = el("button", k.button, label + " ", el("kbd", "", k.key === "Enter" ? "\u21b5" : k.key));
      b.type = "button";
      b.dataset.key = k.key;
      b.disabled = k.key === "u" && !item.progress.last;
      b.addEventListener("click", k.run);
      return b;
    });
    const field = el("input", "");
    field.id = "why";
    field.placeholder = "Remark";
    field.maxLength = 500;
    field.setAttribute("aria-label", "Remark that is kept with the answer");
    field.value = draft?.why || "";
    field.addEventListener("input", () => { draft.why = field.value; keepDraft(); });
    $("actions").replaceChildren(...buttons, ...(open() ? [field] : []));
    $("actions").hidden = false;
  }

  // ---- keyboard -------------------------------------------------------------------------------------------------
  const single = () => { try { return localStorage.getItem("sameas-single-keys") !== "off"; } catch { return true; } };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    const typing = e.target.closest("input, textarea, select");
    if (e.key === "Escape" && typing) { e.target.blur(); $("question").focus({ preventScroll: true }); closeHits(); return; }
    if (typing && !(e.target.id === "why" && e.key === "Enter")) return;
    if (e.key === "Enter" && e.target.closest("button, summary, a")) return;
    if (!single() && e.key.length === 1) return;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (arrows) {
      if (!open() || e.target.closest(".scroll, details") && !e.target.closest(".side")) return;
      e.preventDefault();
      return go(...arrows);
    }
    if (/^[1-9]$/.test(e.key)) {
      if (open() && Number(e.key) <= item.card.m.length) { at.record = Number(e.key) - 1; showItem(); }
      return;
    }
    const k = keys.find((k) => k.run && k.key === (e.key.length === 1 ? e.key.toLowerCase() : e.key));
    if (!k) return;
    e.preventDefault();
    if (!e.repeat) k.run(); // a key that is held would answer questions that nobody has read
  });

  // ---- search ---------------------------------------------------------------------------------------------------
  function closeHits() { $("hits").hidden = true; $("hits").replaceChildren(); }
  $("search").addEventListener("submit", (e) => {
    e.preventDefault();
    const text = $("q").value.trim();
    if (!text) return closeHits();
    doing(async () => {
      const hits = await ask("/search?q=" + encodeURIComponent(text));
      const list = el("ul", "", ...hits.map((h) => {
        const b = el("button", "", el("bdi", "", h.name), el("span", "quiet", ` \u00b7 ${h.collection} \u00b7 `), el("bdi", "id quiet", h.key));
        b.type = "button";
        b.addEventListener("click", () => jump(h.collection, h.id));
        return el("li", "", b);
      }));
      $("hits").replaceChildren(el("p", "quiet", hits.length ? `${count(hits.length, "cluster fits", "clusters fit")}${hits.length === 20 ? "; the first twenty" : ""}` : "No cluster of two records or more fits."), list);
      $("hits").hidden = false;
      list.querySelector("button")?.focus();
    });
  });
  function jump(collection, id) {
    doing(async () => {
      const found = await ask(`/item?collection=${encodeURIComponent(collection)}&id=${encodeURIComponent(id)}`);
      closeHits();
      $("q").value = "";
      show(found);
    });
  }

  // ---- help, match ----------------------------------------------------------------------------------------------
  function openHelp() { $("help").showModal(); }
  function openMatch() {
    doing(async () => {
      const s = await ask("/match");
      showMatch(s);
      $("match").showModal();
      if (s.running) await watchMatch();
    });
  }
  function showMatch(s) {
    const text = [];
    if (s.running) {
      text.push(el("p", "", `Matching for ${duration(s.seconds)}: ${(s.stage || "reading").replaceAll("/", ", ")}${s.total > 0 ? `, ${Math.floor(100 * s.done / s.total)} %` : ""}. Answers wait until it is done.`));
    } else if (s.failure) {
      text.push(el("p", "", "Match failed, and changed nothing: "), el("pre", "", s.failure));
    } else if (s.text) {
      text.push(el("p", "", `Matched in ${duration(s.seconds)}. What changed:`), el("pre", "", s.text));
    }
    if (!s.running) {
      const command = () => el("code", "", "sameas match");
      text.push(s.offered ? el("p", "quiet", "Match reads every decision and forms the clusters anew, all of them: it takes as long as ", command(), " did before, and the clock runs here. Answers wait meanwhile.") : el("p", "quiet", "End this page with Ctrl-C in its terminal, then run ", command(), "."));
    }
    $("match-text").replaceChildren(...text);
    $("match-text").querySelectorAll("pre").forEach((pre) => { pre.tabIndex = 0; pre.setAttribute("role", "group"); pre.setAttribute("aria-label", "What changed"); });
    $("match-start").hidden = s.running || !s.offered;
  }
  async function watchMatch() {
    for (;;) {
      const s = await ask("/match");
      showMatch(s);
      if (!s.running) break;
      await new Promise((done) => setTimeout(done, 300));
    }
    data = await ask("/data"); // the model may have changed
    show(await ask("/next"));
    $("match-close").focus();
    root.dataset.matched = "yes";
  }
  $("match-start").addEventListener("click", () => doing(async () => { showMatch(await ask("/match", {})); await watchMatch(); }));
  $("match-close").addEventListener("click", () => $("match").close());
  $("apply").addEventListener("click", openMatch);
  $("help-open").addEventListener("click", openHelp);
  $("single").checked = single();
  $("single").addEventListener("change", () => { try { localStorage.setItem("sameas-single-keys", $("single").checked ? "on" : "off"); } catch { /* then they stay on */ } });
  $("keys").append(...keys.map((k) => el("tr", "", el("td", "", ...k.key.split(" ").map((key) => el("kbd", "", key)).flatMap((b) => [b, " "])), el("td", "", el("strong", "", k.name), " ", k.does))));

  // ---- beginning, and coming back -------------------------------------------------------------------------------
  function fromHash() {
    const [collection, id, isSampled] = location.hash.slice(1).split("/").map(decodeURIComponent);
    return id ? `/item?collection=${encodeURIComponent(collection)}&id=${encodeURIComponent(id)}${isSampled ? "&sampled=true" : ""}` : null;
  }
  async function begin() {
    data = await ask("/data");
    let first = null;
    if (fromHash()) try { first = await ask(fromHash()); } catch { /* it is no more: go on with the next */ }
    show(first && !first.settled ? first : await ask("/next"));
  }
  // Another tab may have judged what stands here.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !open() || busy) return;
    doing(async () => {
      const now = await ask(fromHash());
      if (now.version === item.version) return showProgress((item.progress = now.progress));
      show(now);
      notice("This item was judged meanwhile, in another tab perhaps. This is what stands now.");
    });
  });
  narrow.addEventListener("change", () => { if (open()) showItem(); });
  addEventListener("hashchange", () => { if (fromHash()) doing(async () => show(await ask(fromHash()))); });
  doing(begin);
})();
