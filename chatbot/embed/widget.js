// Puts the clinic's chat on a page: <script src="https://<the chat's address>/widget.js" async></script>
// It adds a button, and at the first click a frame that holds the chat. It reads nothing of the page but its language,
// and stores nothing. The chat is a site of its own: scripts of the page cannot read what is typed.
"use strict";

(() => {
  const settings = __SETTINGS__;
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const wanted = (script.dataset.language || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  const language = wanted in settings.labels ? wanted : "en";
  const label = settings.labels[language];
  let frame = null;

  const RULES = `
    :host { all: initial; display: block; height: 4.5rem; }
    button { box-sizing: border-box; min-height: 3rem; padding: 0.5rem 1.2rem; border: 2px solid #fff; border-radius: 1.6rem;
      background: ${settings.accent}; color: ${settings.onAccent}; font: 600 1rem/1.2 system-ui, sans-serif; cursor: pointer; }
    button:hover { text-decoration: underline; }
    button:focus-visible { outline: 3px solid ${settings.accent}; outline-offset: 2px; }
    .launcher { position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483000; box-shadow: 0 2px 10px rgb(0 0 0 / 30%); }
    .panel { position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483001; display: flex; flex-direction: column;
      width: min(30rem, calc(100vw - 2rem)); height: min(46rem, calc(100vh - 2rem)); overflow: hidden;
      border: 2px solid ${settings.accent}; border-radius: 1rem; background: ${settings.accent};
      box-shadow: 0 6px 30px rgb(0 0 0 / 35%); }
    .head { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 2px 4px 2px 1rem;
      color: ${settings.onAccent}; font: 600 1rem/1.2 system-ui, sans-serif; }
    .head button { min-height: 2.75rem; border-color: transparent; }
    .head button:focus-visible { outline-color: ${settings.onAccent}; outline-offset: -4px; }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: #fff; }
    [hidden] { display: none !important; }
    @media (max-width: 34rem), (max-height: 34rem) {
      .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
    }
    @media (forced-colors: active) { button, .panel { border-color: ButtonText; } }
    @media print { .launcher, .panel { display: none; } }`;

  function made(name, properties, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  const place = made("section", { lang: language });
  place.setAttribute("aria-label", label.launcher);
  const shadow = place.attachShadow({ mode: "open" });
  const launcher = made("button", { type: "button", className: "launcher", textContent: label.launcher });
  const shut = made("button", { type: "button", textContent: `${label.close} ✕` });
  const head = made("div", { className: "head" }, made("span", { textContent: label.title }), shut);
  const panel = made("section", { id: "panel", className: "panel", hidden: true }, head);
  launcher.setAttribute("aria-label", `${label.launcher}. ${label.open}`);
  launcher.setAttribute("aria-expanded", "false");
  launcher.setAttribute("aria-controls", "panel");
  shut.setAttribute("aria-label", label.close);
  panel.setAttribute("aria-label", label.title);
  // A style sheet made in script needs no leave from the page's content security policy.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(RULES);
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(launcher, panel);

  function greet() {
    frame.contentWindow.postMessage({ clinicChat: "opened" }, origin);
  }

  function open() {
    panel.hidden = false;
    launcher.hidden = true;
    launcher.setAttribute("aria-expanded", "true");
    if (!frame) {
      frame = made("iframe", { title: label.title, src: `${origin}/chat?lang=${language}`, referrerPolicy: "no-referrer" });
      frame.allow = "clipboard-write";
      frame.addEventListener("load", () => {
        frame.focus();
        greet();
      });
      panel.append(frame);
    } else {
      frame.focus();
      greet();
    }
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    launcher.hidden = false;
    launcher.setAttribute("aria-expanded", "false");
    launcher.focus();
  }

  launcher.addEventListener("click", open);
  shut.addEventListener("click", close);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    if (event.data && event.data.clinicChat === "close") close();
  });

  function add() {
    // As high as the button, at the end of the page: nothing of the page lies under it for good.
    document.body.append(place);
    const root = document.documentElement;
    if (!root.style.scrollPaddingBottom) root.style.scrollPaddingBottom = "5rem";
  }

  if (document.body) add();
  else addEventListener("DOMContentLoaded", add);
})();
