"use strict";
// What the pages cannot say by themselves: single keys, the statement in hand, words marked on a page, and a connection
// that is lost. Nothing of a case is kept in the browser.

(() => {
  const OFF = "desk-keys-off";
  let inHand = null;
  let factInHand = null;
  let presumedAt = null;
  let isDeciding = false;
  let unsent = [];

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (element) => !element.closest("details:not([open])") && element.getClientRects().length > 0;
  const panel = () => document.getElementById("panel");

  // ---- what is redrawn leaves alone what somebody opened, and what they are typing

  const isField = (one) => one.nodeType === 1 && one.matches("textarea, input:not([type]), input[type=text]");
  const isTyped = (one) => isField(one) && one.value !== one.defaultValue;
  // A form whose next answer waits for the one before keeps what was chosen.
  const isWaiting = (one) => one.tagName === "FORM" && ((one["htmx-internal-data"] || {}).queuedRequests || []).length > 0;
  if (window.Idiomorph) {
    // What somebody is typing, here or in another field, stays.
    Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) => !isTyped(old) && !isWaiting(old);
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node, type) =>
      !(node.tagName === "DETAILS" && name === "open") && !(name === "class" && node.classList.contains("htmx-request"));
  }

  // ---- only the parts that have changed are sent and redrawn: the others stay as they are, moved where they now belong

  const parts = () => new Map(all("[data-part], [data-parts]", panel() || undefined).map((one) => [keyOf(one), one]));
  const keyOf = (one) => one.dataset.part || `${one.dataset.parts}:`;
  // Put what stands in a fresh container into the one on the page: what is there already is moved only where it must be.
  const reconcile = (container, fresh, before, changed) => {
    const wanted = new Set([...fresh.children].map(keyOf));
    for (const one of [...container.children]) if (!wanted.has(keyOf(one))) one.remove();
    let last = null;
    for (const one of [...fresh.children]) {
      const old = before.get(keyOf(one));
      const now = old || one;
      const here = last ? last.nextElementSibling : container.firstElementChild;
      if (now !== here) container.insertBefore(now, here);
      last = now;
      if (!old) changed.push(one);
      else if (one.dataset.parts) reconcile(old, one, before, changed);
      else if (!one.hasAttribute("data-same") && old.innerHTML !== one.innerHTML) {
        Idiomorph.morph(old, [...one.childNodes], { morphStyle: "innerHTML" });
        changed.push(old);
      }
      if (old && one.dataset.digest) old.dataset.digest = one.dataset.digest;
    }
  };
  if (window.htmx) {
    htmx.defineExtension("parts", {
      isInlineSwap: (style) => style === "parts",
      handleSwap: (style, target, fragment) => {
        if (style !== "parts") return false;
        const focused = document.activeElement && document.activeElement.id;
        const changed = [];
        const fact = factOf(held());
        const was = fact && shown(fact) ? fact.getBoundingClientRect().top : null;
        const fresh = fragment.querySelector("#panel");
        if (!fresh) return changed;
        reconcile(target, fresh, parts(), changed);
        if (was !== null && !shown(fact)) {
          // What was answered belongs elsewhere now: it stays where it was on the screen.
          opened(fact);
          const moved = fact.getBoundingClientRect().top - was;
          if (Math.abs(moved) > 1) window.scrollBy(0, moved);
        }
        const again = focused && document.getElementById(focused);
        if (again && again !== document.activeElement) again.focus({ preventScroll: true });
        return changed;
      },
    });
  }
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.target && event.detail.target.id === "panel") event.detail.headers["X-Have"] = [...parts().values()].map((one) => one.dataset.digest).filter(Boolean).join(",");
  });

  // ---- an answer is that of the button pressed, or of the field changed, and of nothing before it

  document.addEventListener("htmx:configRequest", (event) => {
    const cause = event.detail.triggeringEvent, sent = event.detail.parameters;
    if (!cause || !sent) return;
    if (cause.type === "submit" && cause.submitter && cause.submitter.name) sent[cause.submitter.name] = cause.submitter.value;
    // The library remembers the button that was pressed last by its key: what is typed after it is another answer.
    if (cause.type === "change" && cause.target.name && cause.target.name !== "answer") delete sent.answer;
    // The version in which somebody began to type goes along: an answer given meanwhile, elsewhere, is told.
    const field = event.detail.path.endsWith("/answer") && event.detail.elt.tagName === "FORM" ? event.detail.elt.querySelector("input[name=value]:not([type])") : null;
    if (field && isTyped(field) && field.dataset.began) sent.began = field.dataset.began;
    if (field) delete field.dataset.began;
  });
  document.addEventListener("input", (event) => {
    const version = document.getElementById("case-version");
    if (version && isField(event.target) && !event.target.dataset.began) event.target.dataset.began = version.value;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const asked = event.detail.requestConfig, form = event.detail.elt;
    if (!event.detail.xhr || event.detail.xhr.status < 400 || !asked || !asked.path.endsWith("/answer") || form.tagName !== "FORM") return;
    // What was refused is put right where it was typed.
    const field = form.querySelector("input[name=value]:not([type])");
    if (!field || !isTyped(field) || !(document.activeElement === document.body || factOf(field).contains(document.activeElement))) return;
    // Where a reason is wanted, it is typed first.
    const reason = factOf(field).querySelector("[data-reason]");
    (reason && !reason.value ? reason : field).focus();
  });

  // ---- every change is sent once, with a key by which a repetition is known: it is the same until there is an answer

  const keys = new Map();
  const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2));
  const plainOf = (values) => {
    const pairs = values instanceof FormData ? [...values.entries()] : Object.entries(values || {});
    return JSON.stringify(pairs.map(([name, value]) => [name, value instanceof File ? `${value.name} ${value.size}` : value]));
  };
  const hasFiles = (values) => values instanceof FormData && [...values.values()].some((value) => value instanceof File);
  const whatIsSent = (detail) => `${detail.verb} ${detail.path} ${plainOf(detail.parameters)}`;
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb === "get") return;
    const sent = whatIsSent(event.detail);
    // Files are sent in other bytes each time: a key of theirs tells no repetition.
    if (!keys.has(sent) || hasFiles(event.detail.parameters)) keys.set(sent, newKey());
    event.detail.headers["Idempotency-Key"] = keys.get(sent);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const asked = event.detail.requestConfig;
    if (asked && asked.verb !== "get" && event.detail.xhr && event.detail.xhr.status) keys.delete(whatIsSent(asked));
  });

  const wasSent = (form) => { for (const field of form.elements) if (isField(field)) field.defaultValue = field.value; };
  const lost = () => document.getElementById("lost");
  // What could not be sent is sent in its order: by its own control, or where that is gone as it was.
  let sending = false;
  const sendAgain = async () => {
    if (sending) return;
    sending = true;
    const none = !unsent.length;
    try {
      while (unsent.length && lost().hidden) {
        const one = unsent[0];
        if (!panel() || hasFiles(one.parameters)) {
          unsent.shift();
          if (one.element.isConnected) htmx.trigger(one.element, one.element.tagName === "FORM" ? "submit" : "click");
          continue;
        }
        // Not as the panel's own request: there it would wait behind the look for news, and the next would take its place.
        await htmx.ajax(one.verb.toUpperCase(), one.path, { source: lost(), target: "#panel", swap: "parts", values: one.parameters });
        unsent.shift();
        const form = one.element.isConnected && one.element.closest("form");
        if (form) wasSent(form);
      }
    } catch {
      return; // The connection is lost again: what was not sent waits, in its order.
    } finally {
      sending = false;
    }
    if (none && panel()) htmx.trigger(panel(), "every");
  };
  document.addEventListener("htmx:sendError", (event) => {
    lost().hidden = false;
    const asked = event.detail.requestConfig;
    if (asked && asked.verb !== "get" && !unsent.some((one) => whatIsSent(one) === whatIsSent(asked)))
      unsent.push({ element: event.detail.elt, verb: asked.verb, path: asked.path, parameters: asked.parameters });
    window.setTimeout(look, 2000);
  });
  const isBack = () => {
    if (lost().hidden) return;
    lost().hidden = true;
    sendAgain();
  };
  const look = () => {
    if (lost().hidden) return;
    fetch("/health", { cache: "no-store" }).then(isBack).catch(() => window.setTimeout(look, 2000));
  };
  window.addEventListener("beforeunload", (event) => {
    const typed = all("textarea, input[type=text], input:not([type])").filter((one) => !one.closest("form[method=get]"));
    if (unsent.length || typed.some(isTyped)) event.preventDefault();
  });
  // A form that the browser sends by itself leads to another page: nothing that is typed in it is lost.
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented && !event.target.hasAttribute("hx-post")) wasSent(event.target); });
  // What was sent is no longer being typed: an answer that leads to another page leaves nothing behind.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const asked = event.detail.requestConfig;
    const form = event.detail.xhr.status < 400 && asked && asked.verb !== "get" && asked.elt && asked.elt.closest("form");
    if (form) wasSent(form);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") document.getElementById("told").replaceChildren();
  });
  // Whichever answer comes first tells that the connection is back: what waits is sent then.
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) isBack(); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // What is wrong is said by the server in its own place; what is no answer of a page is shown nowhere.
    const answer = event.detail.xhr;
    if (answer.status < 400 || answer.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = false;
    tellFailed();
  });
  const tellFailed = () => {
    const told = document.createElement("p");
    told.className = "problem";
    told.textContent = document.body.dataset.failed;
    document.getElementById("told").replaceChildren(told);
  };

  // ---- the statement or fact in hand

  const opened = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
  };
  const take = (element, moves) => {
    all(".in-hand").forEach((one) => one.classList.remove("in-hand"));
    inHand = element ? element.id : null;
    factInHand = element ? factOf(element).id : null;
    if (!element) return;
    opened(element);
    element.classList.add("in-hand");
    if (moves) element.scrollIntoView({ block: "nearest" });
    const link = element.querySelector("[data-place-link]");
    if (link && moves) link.click();
  };
  // A statement that was changed is another one: then its fact is in hand.
  const held = () => (inHand && document.getElementById(inHand)) || (factInHand && document.getElementById(factInHand)) || null;
  const factOf = (element) => element && (element.matches("[data-fact]") ? element : element.closest("[data-fact]"));
  document.addEventListener("htmx:afterSettle", (event) => {
    // What was answered may have gone to the rows that are met: what is in hand stays in sight, and keeps the focus.
    const one = held();
    if (!one || event.detail.target.id === "paper") return;
    if (isDeciding && one.id !== inHand) {
      // One that was decided by its key makes way for the next that waits, which the next key then decides.
      isDeciding = false;
      if (document.querySelector("[data-statement].waiting:not(.replaced)")) return walk(1);
    }
    one.classList.add("in-hand");
    if (!shown(one)) {
      opened(one);
      one.scrollIntoView({ block: "nearest" });
    }
    // Not into a field: the next key is a key, and no letter of an answer.
    if (document.activeElement === document.body) factOf(one).focus({ preventScroll: true });
  });
  document.addEventListener("focusin", (event) => {
    const fact = event.target.closest && event.target.closest("[data-fact]");
    const statement = event.target.closest && event.target.closest("[data-statement]");
    if (fact && (!held() || factOf(held()) !== fact)) take(statement || fact, false);
  });

  // What a question is answered with: not the field for the reason of an answer.
  const ANSWERS = "input:not([type=hidden]):not([name=reason]):not(:disabled), select:not(:disabled), summary";
  const toFact = (anchor, isOnTheWay) => {
    const fact = document.getElementById(anchor);
    if (!fact) return;
    opened(fact);
    const statement = fact.querySelector("[data-statement]:not(.replaced)");
    take(statement || fact, true);
    fact.scrollIntoView({ block: "center" });
    // On the way through presumptions the next key is a key: into a field that is typed in goes who asks for it.
    const into = isOnTheWay ? "input[type=radio]:not(:disabled)" : ANSWERS;
    const control = fact.querySelector("input:checked:not(:disabled)") || fact.querySelector(into);
    (control || fact).focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-to-fact]");
    if (link) { event.preventDefault(); toFact(link.getAttribute("href").slice(1), link.closest(".presumed") !== null); }
    const place = event.target.closest("[data-place-link]");
    if (place) {
      event.preventDefault();
      const statement = place.closest("[data-statement]");
      if (statement !== held()) take(statement, false);
      htmx.ajax("GET", place.getAttribute("href"), { source: document.getElementById("paper"), target: "#paper", swap: "outerHTML" }).then(() => {
        // On a narrow screen the document is below the checklist.
        const side = document.getElementById("paper-side");
        if (event.isTrusted && side.getBoundingClientRect().top > window.innerHeight * 0.8) (marked() || side).scrollIntoView({ block: marked() ? "center" : "start" });
      });
    }
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    if (event.target.closest("[data-prints]")) window.print();
    // On a narrow screen the way back from the document leads to what is in hand.
    if (event.target.closest(".to-checklist a") && held()) {
      event.preventDefault();
      held().scrollIntoView({ block: "center" });
      held().focus({ preventScroll: true });
    }
    const saver = event.target.closest("[data-saves]");
    if (saver) save(saver);
    if (event.target.closest("[data-tries-again]")) look();
    if (event.target.closest("[data-unpick]")) unpick();
    if (event.target.closest("[data-clears]")) document.getElementById("told").replaceChildren();
    if (event.target.closest("[data-waiting]")) walk(1);
    const pick = event.target.closest("[data-pick]");
    if (pick) picked(pick.nextElementSibling.textContent, pick.closest("[data-place]").dataset.place);
  });
  // What was typed for a letter goes with the request for the file, not into an address.
  const save = async (button) => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
    const answer = await fetch(button.dataset.saves, { method: "POST", headers, body: new FormData(button.form) });
    if (!answer.ok) return tellFailed();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = button.dataset.as;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const walk = (step) => {
    const standing = all("[data-statement]:not(.replaced)");
    const waiting = standing.filter((one) => one.classList.contains("waiting"));
    const listed = waiting.length ? waiting : standing;
    if (!listed.length) return;
    const now = listed.indexOf(held());
    // A fact in hand has the first statement behind it; without one, and after the last, it goes round again.
    const behind = held() ? listed.findIndex((one) => held().compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) : 0;
    const first = behind < 0 ? listed.length : behind;
    const at = now >= 0 ? now + step : step > 0 ? first : first - 1;
    const next = listed[(at + listed.length) % listed.length];
    take(next, true);
    next.scrollIntoView({ block: "center" });
    next.focus({ preventScroll: true });
  };

  // A marked sentence comes into sight within its document; the checklist stays where it is.
  const marked = () => document.querySelector("#paper .marked");
  let paperShown = null;
  const toMark = () => {
    const paper = document.getElementById("paper"), mark = marked();
    if (!paper || paper === paperShown) return;
    paperShown = paper;
    const side = paper.closest(".paper");
    if (!mark || !side) return;
    const at = mark.getBoundingClientRect(), seen = side.getBoundingClientRect();
    side.scrollTop += at.top - seen.top - side.clientHeight / 3;
  };
  document.addEventListener("DOMContentLoaded", toMark);
  document.addEventListener("htmx:afterSettle", toMark);

  // The address names the document in sight: loading the page again, and coming back to it, shows it again.
  document.addEventListener("htmx:afterSettle", () => {
    const shown = document.getElementById("paper");
    if (!shown || !shown.dataset.document || !document.querySelector(".desk")) return;
    const address = new URL(window.location.href);
    if (address.searchParams.get("document") === shown.dataset.document) return;
    address.searchParams.set("document", shown.dataset.document);
    window.history.replaceState(window.history.state, "", address);
  });

  // ---- words marked on a page

  const picked = (words, place) => {
    const form = document.getElementById("picked");
    if (!form) return;
    const said = words.replace(/\s+/g, " ").trim().slice(0, 400);
    if (!said) return;
    form.hidden = false;
    form.querySelector("[data-picked-words]").textContent = said;
    form.querySelector("[data-picked-place]").textContent = place;
    document.getElementById("picked-at").value = place;
    document.getElementById("picked-words").value = said;
  };
  const unpick = () => {
    const form = document.getElementById("picked");
    if (!form) return;
    form.hidden = true;
    document.getElementById("picked-at").value = "";
    document.getElementById("picked-words").value = "";
  };
  document.addEventListener("mouseup", () => {
    const selection = window.getSelection();
    if (!selection || selection.isCollapsed) return;
    const node = selection.anchorNode && (selection.anchorNode.nodeType === 1 ? selection.anchorNode : selection.anchorNode.parentElement);
    const place = node && node.closest("#paper [data-place]");
    if (place) picked(selection.toString(), place.dataset.place);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig.path.endsWith("/answer")) unpick();
  });

  // What was kept is told until the next key or click: it stands over the page.
  const seen = () => { const kept = document.getElementById("kept"); if (kept) kept.textContent = ""; };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, seen, true);

  // ---- single keys

  const listens = () => localStorage.getItem(OFF) !== "1";
  const box = document.querySelector("[data-keys-off]");
  if (box) {
    box.checked = !listens();
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "1" : "0"));
  }
  const click = (selector, root = document) => { const one = root && root.querySelector(selector); if (one && !one.disabled) one.click(); };
  const answer = (n) => {
    const fact = factOf(held());
    if (!fact) return;
    const radios = all("input[type=radio]", fact);
    if (radios.length) {
      // What was refused, as for want of a reason, is still chosen: the key sends it again.
      if (radios[n] && radios[n].checked) htmx.trigger(radios[n].form, "submit");
      else if (radios[n]) radios[n].click();
      return;
    }
    if (n === 2) click("button[value=not_found]", fact);
    if (n === 3) click("button[value=unmentioned]", fact);
  };
  // Only a statement that is marked is accepted or rejected: where none is, the next one is marked.
  const decide = (verb) => {
    const one = held();
    isDeciding = one !== null && one.matches("[data-statement].waiting");
    if (!one || !one.matches("[data-statement]")) return walk(1);
    // Of sources that differ one is taken with a reason: the key leads to where it is typed.
    const why = verb === "[data-accept]" && !one.querySelector(verb) && one.querySelector(".settle input[name=reason]");
    if (why) why.focus();
    else click(verb, one);
  };
  const toWords = () => {
    const first = document.querySelector("#paper .marked .pick") || document.querySelector("#paper .pick");
    if (first) first.focus();
  };
  // What is confirmed together is seen from its heading on, where the screen is high enough for all of it.
  const showBlock = (block) => {
    document.getElementById("next-title").scrollIntoView({ block: "start" });
    if (block.getBoundingClientRect().bottom > window.innerHeight) block.scrollIntoView({ block: "end" });
    block.focus({ preventScroll: true });
  };
  const KEYS = {
    "?": () => document.getElementById("keys").showModal(),
    n: () => {
      const next = document.getElementById("next-question");
      const block = document.getElementById("all-presumed");
      if (next && next.tagName === "A") next.click();
      else if (block) {
        // From the block to each presumption in turn, and back to the block.
        const links = all(".presumed [data-to-fact]");
        const anchors = links.map((one) => one.getAttribute("href").slice(1));
        const at = anchors.indexOf(factInHand);
        // One that was answered is gone from the list: the next has taken its place.
        const isGone = at < 0 && presumedAt !== null && presumedAt.anchor === factInHand;
        const n = document.activeElement === block ? 0 : isGone ? presumedAt.n : at < 0 ? links.length : at + 1;
        presumedAt = links[n] ? { anchor: anchors[n], n } : null;
        if (links[n]) links[n].click();
        else { take(null, false); showBlock(block); }
      }
      else if (next) next.focus();
    },
    j: () => walk(1),
    k: () => walk(-1),
    a: () => decide("[data-accept]"),
    x: () => decide("[data-reject]"),
    c: () => {
      const fact = factOf(held());
      const control = fact && fact.querySelector(ANSWERS);
      if (control) control.focus();
    },
    1: () => answer(0), 2: () => answer(1), 3: () => answer(2), 4: () => answer(3),
    s: () => {
      const words = document.querySelector("#paper details.words");
      if (!words) return;
      words.open = true;
      if (words.querySelector(".pick")) toWords();
      else words.addEventListener("htmx:afterSettle", toWords, { once: true });
    },
    m: () => click("#skip"),
    u: () => click("#undo"),
    r: () => click("#redo"),
    "[": () => click("[data-page-before]"),
    "]": () => click("[data-page-after]"),
    o: () => click("#to-outcome"),
    w: () => { window.location.assign("/desk"); },
    "/": () => { const search = document.getElementById("search"); if (search) search.focus(); else window.location.assign("/desk#search"); },
  };
  const search = document.getElementById("search");
  if (search && window.location.hash === "#search") search.focus();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !listens()) return;
    const at = event.target;
    if (event.key === "Enter" && at.tagName === "INPUT" && at.type === "text" && at.closest("[data-fact]") && !at.closest(".settle") && !at.matches("[data-reason]")) {
      // Kept, and out of the field: the next key is a key again.
      event.preventDefault();
      const fact = at.closest("[data-fact]"), typed = isTyped(at);
      let isSent = false;
      at.addEventListener("change", () => { isSent = true; }, { once: true });
      at.blur();
      // What was refused, as for want of a reason, stands there still: the key sends it again.
      if (typed && !isSent && at.form) htmx.trigger(at.form, "submit");
      take(fact, false);
      return;
    }
    if (event.key === "Escape" && at.closest && at.closest("[data-fact]")) {
      // Out of the field as it was before, with its fact still in hand.
      if (isField(at)) at.value = at.defaultValue;
      const fact = at.closest("[data-fact]");
      at.blur();
      take(fact, false);
      return;
    }
    const types = at.isContentEditable || at.tagName === "TEXTAREA" || at.tagName === "SELECT" || (at.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(at.type));
    if (types || document.querySelector("dialog[open]")) return;
    const does = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (does) { event.preventDefault(); does(); }
  });

  // What came of a request stands at the top of its page: where the form that was sent is gone, the page begins anew.
  document.addEventListener("htmx:afterSettle", (event) => {
    const shown = document.getElementById("outcome");
    if (event.detail.target.id !== "outcome" || !shown || document.activeElement !== document.body) return;
    shown.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  });

  // ---- what is folded up is printed, too

  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = all("details:not([open])").filter((one) => !one.closest(".no-print"));
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    folded = [];
  });

  // ---- a receipt of long ago is more often a slip of the year: it would take the place of the right day

  const LONG_AGO = 366 * 24 * 3600 * 1000;
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt;
    const asks = form.dataset.longAgo;
    if (!asks || form.elements.event.value !== "received" || !(Date.now() - Date.parse(form.elements.day.value) > LONG_AGO)) return;
    event.preventDefault();
    if (window.confirm(asks.replace("{day}", form.elements.day.value))) event.detail.issueRequest(true);
  });

  // ---- who signs letters, and how to be reached, is typed once: it says nothing of a case

  const SENDER = "desk-sender";
  const fillSender = () => {
    const kept = sessionStorage.getItem(SENDER);
    if (!kept) return;
    for (const one of all("input[name=sender]")) if (!isTyped(one)) one.value = one.defaultValue = kept;
  };
  document.addEventListener("change", (event) => { if (event.target.name === "sender") sessionStorage.setItem(SENDER, event.target.value); });
  document.addEventListener("htmx:afterSettle", fillSender);
  fillSender();

  // ---- files dropped on the page

  const drop = document.querySelector("[data-drop]");
  if (drop) {
    const input = drop.querySelector("input");
    for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("over"); });
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      // The day on which it came is set below: reading begins with the button.
      input.files = event.dataTransfer.files;
      const button = input.form.querySelector("button.main");
      if (button) button.focus();
    });
  }
})();
