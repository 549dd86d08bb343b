"use strict";
// The theme: the one chosen before, else the system's, and a button to change it.
(() => {
  const root = document.documentElement;
  const store = {
    get() { try { return localStorage.getItem("sameas-theme"); } catch { return null; } },
    set(v) { try { localStorage.setItem("sameas-theme", v); } catch { /* a file may have no storage */ } },
  };
  const chosen = store.get();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    const toggle = document.getElementById("theme");
    const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const say = () => { toggle.textContent = dark() ? "Light" : "Dark"; toggle.setAttribute("aria-label", dark() ? "Switch to light colours" : "Switch to dark colours"); };
    toggle.hidden = false;
    toggle.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; store.set(root.dataset.theme); say(); });
    say();
  });
})();
