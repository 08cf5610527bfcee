// What Gradio does not offer: one announcement per answer, the page's language, a quick exit. It reads no text of the
// visitor's and stores nothing.
import { prepare as prepareAnswer } from "/ui/answers.js";

{
  const announcer = document.getElementById("announcer");
  const bar = document.getElementById("bar");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const failure = document.getElementById("failure");
  let shownLanguage = null;
  const strip = document.getElementById("strip");
  let answers = 0;
  let waiting;
  const heights = new ResizeObserver(() => keepClear());

  function nameLog(log) {
    log.setAttribute("role", "log");
    // Each answer is announced once, by the announcer or, if urgent, by its own role=alert.
    log.setAttribute("aria-live", "off");
    log.tabIndex = 0;
  }

  function announce(message) {
    const text = message.querySelector(".answer-text") || message;
    announcer.lang = message.querySelector("[lang]")?.lang || document.documentElement.lang;
    announcer.textContent = text.textContent;
  }

  function show(message) {
    // After the page has laid itself out: buttons above and below come and go with an answer.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        message.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
        // A button that was tapped goes away with the question it asked: go on from the conversation.
        if (document.activeElement === document.body) document.getElementById("conversation").focus({ preventScroll: true });
      }),
    );
  }

  // An answer takes a fraction of a second. If none comes, whoever waits must be told where help is.
  function expect(seconds) {
    clearTimeout(waiting);
    failure.replaceChildren();
    if (seconds) waiting = setTimeout(() => warn("failure"), seconds * 1000);
  }

  function warn(name) {
    const notice = document.getElementById(`${name}-${document.documentElement.lang}`) || document.getElementById(`${name}-en`);
    failure.replaceChildren(notice.content.cloneNode(true));
    failure.scrollIntoView({ block: "nearest" });
  }

  // The server holds the conversation in its memory: if it was started anew, its first answer stands alone.
  function wasRestarted(log) {
    const before = answers;
    answers = log.querySelectorAll(".message.guide").length;
    return answers === 1 && before > 0;
  }

  // Where a question cannot be sent, Gradio takes no other and reloads the page when the server is back: the draft would
  // be lost. A busy server it takes lightly, so that is what it is told.
  const reach = window.fetch.bind(window);
  window.fetch = (place, options) => {
    const reply = reach(place, options);
    const asks = String(place.url || place).includes("/gradio_api/queue/join");
    return asks ? reply.catch(() => new Response("{}", { status: 503 })) : reply;
  };

  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (sends && event.target.matches("#question textarea")) expect(5);
  });
  document.addEventListener("click", (event) => {
    const topic = event.target.closest("[data-say]");
    if (topic) say(topic.dataset.say);
    else if (event.target.closest("#send, .choice")) expect(5);
  });

  function say(text) {
    const field = document.querySelector("#question textarea");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.getElementById("send").click());
  }

  function onMessages(records) {
    const log = document.getElementById("conversation");
    if (!log.querySelector(".message")) {
      answers = 0;
      strip.hidden = true;
    }
    const added = records.flatMap((record) => [...record.addedNodes]).filter((node) => node.nodeType === 1);
    const last = added.filter((node) => node.matches(".message")).pop();
    if (!last) return;
    expect(last.matches(".looking") ? 20 : 0);
    if (last.matches(".looking")) {
      announcer.textContent = last.textContent;
      show(last.previousElementSibling || last);
    } else if (last.matches(".guide")) {
      prepareAnswer(last);
      if (!last.matches("[role=alert]")) announce(last);
      else announcer.textContent = "";
      if (last.matches(".crisis_self, .crisis_other")) strip.hidden = false;
      if (wasRestarted(log)) warn("restarted");
      const asked = last.previousElementSibling;
      show(asked && asked.matches(".visitor") ? asked : last);
    }
  }

  // The document comes in the language the browser asks for; what Gradio shows follows it, and leads from then on.
  function followLanguage() {
    const language = document.querySelector("[data-page-language]")?.dataset.pageLanguage;
    if (!language || language === shownLanguage) return;
    if (shownLanguage) document.documentElement.lang = language;
    shownLanguage = language;
  }

  function prepare() {
    const [log, choices, help, field] = ["#conversation", "#choices", "#question-help", "#question textarea"].map(
      (place) => document.querySelector(place),
    );
    if (!log || !choices || !help || !field || log.getAttribute("role") === "log") return;
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-labelledby", "choices-title");
    field.setAttribute("aria-describedby", help.id);
    nameLog(log);
    new MutationObserver(onMessages).observe(log, { childList: true, subtree: true });
    heights.observe(document.getElementById("composer"));
  }

  new MutationObserver(() => {
    prepare();
    followLanguage();
  }).observe(document.body, { childList: true, subtree: true });

  // What is scrolled to, or gets the focus, must not lie under the bar or the question box.
  function keepClear() {
    const composer = document.getElementById("composer");
    const pinned = composer && getComputedStyle(composer).position === "sticky";
    document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`);
    document.documentElement.style.scrollPaddingTop = `${bar.offsetHeight + 10}px`;
    document.documentElement.style.scrollPaddingBottom = `${pinned ? composer.offsetHeight + 10 : 0}px`;
  }
  heights.observe(bar);

  document.getElementById("leave").addEventListener("click", (event) => {
    event.preventDefault();
    const away = event.currentTarget.href;
    document.body.replaceChildren();
    (window.top || window).location.replace(away);
  });

  // Coming back to the page must not bring the conversation back.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
