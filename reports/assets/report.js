"use strict";
// The report's own script: the browser of clusters. Data stands in the page, packed; nothing is fetched.
(() => {
  const { el, count, render } = sameasCard;
  const root = document.documentElement;
  const pageSize = 20;

  async function unpack(id) {
    const text = document.getElementById(id).textContent;
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // Chunks seen last are kept unpacked.
  const chunks = new Map();
  function chunk(n) {
    let got = chunks.get(n);
    if (got) chunks.delete(n); else got = unpack("chunk-" + n);
    chunks.set(n, got);
    if (chunks.size > 60) chunks.delete(chunks.keys().next().value);
    return got;
  }

  // ---- the browser of clusters ----------------------------------------------------------------------------------
  async function browse() {
    const list = document.getElementById("cards");
    const status = document.getElementById("status");
    if (typeof DecompressionStream === "undefined") {
      status.textContent = "This browser is too old to unpack the clusters: open the report in a current one, or see members.csv.";
      return;
    }
    const [index, data] = await Promise.all([unpack("index"), unpack("data")]);
    const total = index.s.length;
    const form = document.getElementById("controls");
    const collection = document.getElementById("collection");
    for (const name of index.collections) { const o = el("option", "", name); o.value = name; collection.append(o); }
    let rows = [], page = 0, turn = 0;

    const orders = {
      look: (a, b) => (index.t[b] & 2) - (index.t[a] & 2) || (index.w[b] ?? -Infinity) - (index.w[a] ?? -Infinity) || index.s[b] - index.s[a] || a - b,
      size: (a, b) => index.s[b] - index.s[a] || a - b,
      weak: (a, b) => (index.w[a] ?? Infinity) - (index.w[b] ?? Infinity) || a - b,
      strong: (a, b) => (index.w[b] ?? Infinity) - (index.w[a] ?? Infinity) || a - b,
      tier: (a, b) => (index.t[a] & 3) - (index.t[b] & 3) || a - b,
    };
    function select() {
      const which = index.collections.indexOf(collection.value);
      const tier = Number(form.elements.tier.value);
      const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows = [];
      for (let i = 0; i < total; i++) {
        if (which >= 0 && index.c[i] !== which) continue;
        if (tier && !(index.t[i] & tier)) continue;
        if (words.length && !words.every((w) => index.x[i].includes(w))) continue;
        rows.push(i);
      }
      rows.sort(orders[form.elements.order.value]);
      page = 0;
      return show();
    }

    async function show(focus) {
      const mine = ++turn;
      const pages = Math.max(1, Math.ceil(rows.length / pageSize));
      page = Math.min(Math.max(0, page), pages - 1);
      const wanted = rows.slice(page * pageSize, (page + 1) * pageSize);
      const got = await Promise.all(wanted.map(async (i) => (await chunk(Math.floor(i / index.chunk)))[i % index.chunk]));
      if (mine !== turn) return;
      list.replaceChildren(...got.map((card, k) => render(card, { w: index.w[wanted[k]] }, data)));
      if (!rows.length) list.append(el("p", "quiet", total ? "No cluster fits. Clear the search or choose other filters." : "No clusters yet."));
      status.textContent = rows.length ? `${count(rows.length, "item", "items")}, page ${page + 1} of ${pages}` : "0 items";
      for (const b of document.querySelectorAll("[data-step]")) b.disabled = Number(b.dataset.step) < 0 ? page === 0 : page >= pages - 1;
      if (focus) { document.getElementById("clusters").scrollIntoView(); status.focus({ preventScroll: true }); }
    }

    let timer = 0;
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(select, 90); });
    form.addEventListener("submit", (e) => { e.preventDefault(); select(); });
    for (const b of document.querySelectorAll("[data-step]")) b.addEventListener("click", () => { page += Number(b.dataset.step); show(true); });
    for (const box of document.querySelectorAll("#controls, .pager")) box.hidden = false;
    await select();
    root.dataset.ready = "yes";
  }

  document.addEventListener("DOMContentLoaded", () => {
    browse().catch((err) => { document.getElementById("status").textContent = "The clusters could not be unpacked: " + err.message; console.error(err); });
  });
})();
