// Runs in every page before its own scripts. Gives `window.__broadsheet`, which the page cannot replace:
// waitUntilQuiet, scrollThrough and serialize (crawler/browser/visit.py calls them).
(() => {
  if (window !== window.top || window.__broadsheet) return;
  const QUIET = 300; // milliseconds without a change after which a page is quiet, if no timer is about to fire
  const STILL = 3000; // milliseconds without a change after which it is quiet whatever its timers are
  const TEXT = [3, 4]; // Node.TEXT_NODE and CDATA_SECTION_NODE
  const ELEMENT = 1;
  // A page may have a class of its own by any of these names.
  const { MutationObserver, Promise, Set, ShadowRoot } = window;
  const MOST_ELEMENTS = 5000; // of a page, that are looked at for a bar of their own
  const later = window.setTimeout.bind(window);
  const nextFrame = window.requestAnimationFrame.bind(window);
  const now = performance.now.bind(performance);
  const timers = new Set();
  const waits = new Set(); // requests of scripts under way, and service workers that are being installed
  const endWait = (wait) => later(() => waits.delete(wait), QUIET);
  let lastChange = now();

  // A text that comes late comes by a timer. Those that fire within STILL are waited for, once each.
  const watchTimers = (name, forget) => {
    const original = window[name].bind(window);
    const clear = window[forget].bind(window);
    window[name] = function (task, wait, ...rest) {
      if (typeof task !== "function") return original(task, wait, ...rest);
      const id = original(function (...values) {
        timers.delete(id);
        return task.apply(this, values);
      }, wait, ...rest);
      if (!(wait > STILL)) timers.add(id);
      return id;
    };
    window[forget] = (id) => {
      timers.delete(id);
      clear(id);
    };
  };
  watchTimers("setTimeout", "clearTimeout");
  watchTimers("setInterval", "clearInterval");

  // The crawl hears of requests, too, but on a busy machine too late.
  const fetch = window.fetch;
  window.fetch = function (...values) {
    const answer = fetch.apply(this, values);
    waits.add(answer);
    answer.then(
      () => endWait(answer),
      () => endWait(answer),
    );
    return answer;
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...values) {
    waits.add(this);
    this.addEventListener("loadend", () => endWait(this));
    try {
      return send.apply(this, values);
    } catch (error) {
      waits.delete(this); // one that blocks, and has failed, has no end
      throw error;
    }
  };

  // What a service worker answers can be asked for only once it is installed, and no request tells of that.
  const container = window.ServiceWorkerContainer?.prototype;
  if (container) {
    const register = container.register;
    container.register = function (...values) {
      const registered = register.apply(this, values);
      const end = () => endWait(registered);
      waits.add(registered);
      registered.then(({ installing }) => {
        if (!installing) return end();
        installing.addEventListener("statechange", () => {
          if (installing.state === "activated" || installing.state === "redundant") end();
        });
      }, end);
      return registered;
    };
  }

  const observe = (root) =>
    new MutationObserver(() => {
      lastChange = now();
    }).observe(root, { subtree: true, childList: true, characterData: true });
  observe(document);

  // A closed shadow root could not be read.
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, { ...options, mode: "open" });
    observe(root);
    return root;
  };

  const waitUntilQuiet = (most) =>
    new Promise((done) => {
      const end = now() + most;
      const look = () => {
        const idle = now() - lastChange;
        const isBusy = document.readyState === "loading" || waits.size > 0;
        const isQuiet = !isBusy && ((idle >= QUIET && !timers.size) || idle >= STILL);
        if (isQuiet || now() >= end) done(isQuiet);
        else later(look, 50);
      };
      look();
    });

  const frame = () =>
    new Promise((done) => {
      nextFrame(() => nextFrame(done));
      later(done, 100);
    });

  // What scrolls: the page, or the largest of its elements with a bar of their own, as in a page that looks like an app.
  const findScroller = () => {
    const page = document.scrollingElement ?? document.documentElement;
    if (page.scrollHeight > window.innerHeight + 1) return page;
    let [largest, area] = [page, 0];
    for (const element of [...document.querySelectorAll("*")].slice(0, MOST_ELEMENTS)) {
      const size = element.clientWidth * element.clientHeight;
      if (size <= area || element.scrollHeight <= element.clientHeight + 1) continue;
      if (/auto|scroll/.test(getComputedStyle(element).overflowY)) [largest, area] = [element, size];
    }
    return largest;
  };

  // Scrolls from where the page is to its end, as a reader would, so that what loads when it is seen is loaded.
  // Resolves to the height at the end.
  const scrollThrough = async (mostSteps) => {
    const scroller = findScroller();
    const step = Math.max(Math.min(window.innerHeight, scroller.clientHeight), 200);
    const end = scroller.scrollHeight;
    for (let steps = 0; steps < mostSteps && scroller.scrollTop + step < end - 1; steps++) {
      const before = scroller.scrollTop;
      scroller.scrollTo({ top: before + step, behavior: "instant" });
      await frame();
      if (scroller.scrollTop === before) break;
    }
    return scroller.scrollHeight;
  };

  // What a reader sees below a node: in the place of a slot the children that it shows, in that of an element with a
  // shadow root the content of that.
  const listShown = (node) => {
    if (node.localName === "slot" && node.getRootNode() instanceof ShadowRoot) {
      const shown = node.assignedNodes();
      if (shown.length) return shown;
    }
    return (node.shadowRoot ?? node).childNodes;
  };

  // Copies a node into a document without scripts, with what a reader sees in it. `noscript` is for others. Without
  // recursion: a page may be thousands of elements deep.
  const copy = (top, into) => {
    const waiting = [[top, into]];
    while (waiting.length) {
      const [node, parent] = waiting.pop();
      if (TEXT.includes(node.nodeType)) parent.appendChild(into.createTextNode(node.data));
      if (node.nodeType !== ELEMENT || node.localName === "noscript") continue;
      const isSlot = node.localName === "slot" && node.getRootNode() instanceof ShadowRoot;
      const made = isSlot ? parent : parent.appendChild(into.importNode(node, false));
      const isTemplate = node.localName === "template" && node.content;
      const children = isTemplate ? node.content.childNodes : listShown(node);
      for (let last = children.length - 1; last >= 0; last--) {
        waiting.push([children[last], isTemplate ? made.content : made]);
      }
    }
  };

  // The page as HTML; null if it is longer than `most` characters.
  const serialize = (most) => {
    const into = document.implementation.createHTMLDocument("");
    into.documentElement.remove();
    copy(document.documentElement, into);
    const html = "<!DOCTYPE html>\n" + into.documentElement.outerHTML;
    return html.length > most ? null : html;
  };

  const countLetters = () => (document.body ? document.body.innerText.replace(/[^\p{L}\p{N}]/gu, "").length : 0);

  Object.defineProperty(window, "__broadsheet", {
    value: Object.freeze({ waitUntilQuiet, scrollThrough, serialize, countLetters }),
  });
})();
