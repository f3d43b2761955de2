/* Small behaviour shared by all pages; without it every page still reads, only less comfortably. */
(function () {
  "use strict";

  // --- Dialogs: data-dialog="ID" opens, data-close closes, Escape is the browser's -------------------------
  document.addEventListener("click", function (event) {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog && !dialog.open) dialog.showModal();
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    document.querySelectorAll("details.popover[open]").forEach(function (popover) {
      if (!popover.contains(event.target)) popover.open = false;
    });
    if (event.target.closest("[data-print]")) window.print();
  });

  // --- A form marked data-once is sent once ----------------------------------------------------------------
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    // Disabled only after this turn: a disabled button's own name and value would not be sent.
    setTimeout(function () {
      form.querySelectorAll("button:not([type=button])").forEach(function (button) { button.disabled = true; });
    });
  });
  // A page taken back from the browser's memory must be usable again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("button:disabled").forEach(function (button) { button.disabled = false; });
    });
  });

  // --- Parts of the list of pages stay folded as the reader left them ----------------------------------------
  const FOLDED = "cmbank-folded";
  function folded() { return (localStorage.getItem(FOLDED) || "").split(" ").filter(Boolean); }
  document.querySelectorAll("details[data-kept]").forEach(function (part) {
    if (folded().includes(part.dataset.part) && !part.querySelector("[aria-current]")) part.open = false;
    part.addEventListener("toggle", function () {
      const others = folded().filter(function (name) { return name !== part.dataset.part; });
      localStorage.setItem(FOLDED, (part.open ? others : others.concat(part.dataset.part)).join(" "));
    });
  });

  // --- A filter marked data-auto takes effect when it is changed --------------------------------------------
  document.addEventListener("change", function (event) {
    if (event.target.matches("form[data-auto] select")) event.target.form.requestSubmit();
  });

  // --- Keyboard: ↑ ↓ walk through [data-queue], a letter presses [data-key] ----------------------------------
  const KEYS_OFF = "cmbank-keys-off";
  const keysOff = function () { return localStorage.getItem(KEYS_OFF) === "1"; };

  function items() { return Array.from(document.querySelectorAll("[data-queue] [data-queue-item]")); }

  function mark(item) {
    items().forEach(function (other) {
      other.classList.toggle("selected", other === item);
      if (other === item) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    });
  }

  function select(item) {
    mark(item);
    item.scrollIntoView({ block: "nearest" });
    const link = item.querySelector("[data-queue-open]");
    if (link) { link.focus({ preventScroll: true }); link.click(); }
  }

  function step(by) {
    const all = items();
    if (!all.length) return false;
    const now = all.findIndex(function (item) { return item.classList.contains("selected"); });
    const next = Math.min(Math.max(now + by, 0), all.length - 1);
    if (next !== now) select(all[next]);
    return true;
  }

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.popover[open]").forEach(function (popover) {
        popover.open = false;
        popover.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keysOff() || typing(event.target)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (step(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
      return;
    }
    const wanted = event.key.length === 1 ? event.key.toLowerCase() : "";
    const target = wanted && document.querySelector('[data-key="' + CSS.escape(wanted) + '"]:not(:disabled)');
    if (target) { event.preventDefault(); target.click(); }
  });

  // A click on a row of the queue selects it, so that mouse and keyboard agree on where one is.
  document.addEventListener("click", function (event) {
    const item = event.target.closest("[data-queue-item]");
    if (!item || event.target.closest("a:not([data-queue-open]), button, input")) return;
    if (event.target.closest("[data-queue-open]")) mark(item);
    else select(item);
  });

  // Letters as shortcuts can be switched off, for those whose voice input or habits they disturb.
  function showKeys(button) { button.setAttribute("aria-pressed", keysOff() ? "false" : "true"); }
  document.querySelectorAll("[data-keys-toggle]").forEach(showKeys);
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-keys-toggle]");
    if (!button) return;
    localStorage.setItem(KEYS_OFF, keysOff() ? "0" : "1");
    showKeys(button);
  });

  // --- htmx: a step that failed says so -------------------------------------------------------------------
  function say(kind) {
    const live = document.getElementById("live");
    if (live) live.textContent = kind ? live.dataset[kind] : "";
  }
  document.addEventListener("htmx:beforeRequest", function () { say(""); });
  document.addEventListener("htmx:sendError", function () { say("failed"); });
  document.addEventListener("htmx:timeout", function () { say("failed"); });
  document.addEventListener("htmx:responseError", function (event) {
    const status = event.detail.xhr.status;
    say(status === 401 ? "expired" : status === 403 ? "refused" : "failed");
  });
  // After the session ended, htmx would follow the redirect and put the login page into a panel.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (/\/login\/(\?|$)/.test(event.detail.xhr.responseURL || "")) {
      event.detail.shouldSwap = false;
      say("expired");
    }
  });
})();
