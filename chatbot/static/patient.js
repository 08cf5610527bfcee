// What Gradio does not offer: one announcement per answer, the page's language, a quick exit, a page that goes on where
// it was when it is loaded anew. It stores nothing that was said.
import { prepare as prepareAnswer } from "/ui/answers.js";

{
  const announcer = document.getElementById("announcer");
  const bar = document.getElementById("bar");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const failure = document.getElementById("failure");
  let shownLanguage = null;
  const strip = document.getElementById("strip");
  let answers = 0;
  let filled = false;
  let waiting;
  let expected = "";
  let draft = "";
  const key = ownKey();
  const heights = new ResizeObserver(() => keepClear());

  function nameLog(log) {
    log.setAttribute("role", "log");
    // Each answer is announced once, by the announcer or, if urgent, by its own role=alert.
    log.setAttribute("aria-live", "off");
    log.tabIndex = 0;
  }

  // By this key the server finds the conversation again when the page is loaded anew; it is kept with the page's place in
  // the tab's history, holds nothing of what was said, and another page, or the same one opened again, draws a new one.
  function ownKey() {
    const again = performance.getEntriesByType("navigation")[0]?.type === "reload" && history.state?.clinicChat;
    const drawn = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
    const found = again || drawn().join("");
    history.replaceState({ clinicChat: found }, "");
    return found;
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
  function expect(seconds, notice = "failure") {
    clearTimeout(waiting);
    failure.replaceChildren();
    expected = seconds ? notice : "";
    if (seconds) waiting = setTimeout(() => warn(notice), seconds * 1000);
  }

  // The server cannot be reached: what was asked goes back into the box, to be sent again.
  function gaveUp() {
    clearTimeout(waiting);
    const looking = document.querySelector("#conversation .looking");
    if (looking) looking.hidden = true;
    const field = document.querySelector("#question textarea");
    if (looking && draft && field && !field.value) fill(field, draft);
    warn(expected || "failure");
  }

  function said(name) {
    const text = document.getElementById(`${name}-${document.documentElement.lang}`) || document.getElementById(`${name}-en`);
    return text.content.cloneNode(true);
  }

  function warn(name) {
    failure.replaceChildren(said(name));
    failure.scrollIntoView({ block: "nearest" });
  }

  // Where a question cannot be sent, or its answer is cut off, Gradio takes no other question and reloads the page when
  // the server is back: the draft would be lost. A busy server, and one that fails, it takes lightly, so that is what it
  // is told.
  const reach = window.fetch.bind(window);
  window.fetch = async (place, options) => {
    const address = String(place.url || place);
    if (address.includes("/gradio_api/queue/data")) return unbroken(place, options);
    if (!address.includes("/gradio_api/queue/join")) return reach(place, options);
    const headers = new Headers(options?.headers);
    headers.set("x-chat-page", `${key} ${Math.min(answers, 9999)}`);
    try {
      const reply = await reach(place, { ...options, headers });
      if (!reply.ok && expected) gaveUp();
      return reply;
    } catch {
      if (expected) gaveUp();
      return new Response("{}", { status: 503 });
    }
  };

  async function unbroken(place, options) {
    const response = await reach(place, options).catch(() => null);
    const reader = response?.ok ? response.body.getReader() : null;
    const failed = '{"msg":"unexpected_error","message":"","success":false}';
    const read = async (out) => {
      try {
        const { value, done } = reader ? await reader.read() : Promise.reject();
        if (done) out.close();
        else out.enqueue(value);
      } catch {
        if (!(options?.signal || place.signal)?.aborted) {
          out.enqueue(new TextEncoder().encode(`\n\ndata: ${failed}\n\ndata: {"msg":"close_stream"}\n\n`));
          gaveUp();
        }
        out.close();
      }
    };
    const headers = { "content-type": "text/event-stream" };
    return new Response(new ReadableStream({ pull: read, cancel: () => reader?.cancel() }), { headers });
  }

  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (sends && event.target.matches("#question textarea")) ask(event.target.value);
  }, true);
  document.addEventListener("click", (event) => {
    const [topic, choice] = ["[data-say]", ".choice"].map((place) => event.target.closest(place));
    if (topic) say(topic.dataset.say);
    else if (choice) ask(choice.textContent.trim());
    else if (event.target.closest("#send")) ask(document.querySelector("#question textarea").value);
    else if (event.target.closest("#clear")) expect(5, "not-cleared");
    else if (event.target.closest("#language")) expect(5, "not-reached");
  }, true);

  function ask(text) {
    draft = text;
    expect(5);
  }

  function say(text) {
    fill(document.querySelector("#question textarea"), text);
    setTimeout(() => document.getElementById("send").click());
  }

  function fill(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function onMessages(records) {
    const log = document.getElementById("conversation");
    const first = !answers;
    answers = log.querySelectorAll(".message.guide").length;
    const before = filled;
    filled = Boolean(log.querySelector(".message"));
    if (before && !filled) {
      strip.hidden = true;
      if (expected === "not-cleared") announcer.replaceChildren(said("cleared"));
      expect(0);
    }
    const added = records.flatMap((record) => [...record.addedNodes]).filter((node) => node.nodeType === 1);
    const messages = added.filter((node) => node.matches(".message"));
    const last = messages.pop();
    if (!last) return;
    // A page that was loaded anew gets all of its conversation at once.
    messages.filter((message) => message.matches(".guide")).forEach(prepareAnswer);
    if (added.some((node) => node.matches(".crisis_self, .crisis_other"))) strip.hidden = false;
    if (first && shownLanguage && document.documentElement.lang !== shownLanguage) document.documentElement.lang = shownLanguage;
    expect(last.matches(".looking") ? 20 : 0);
    if (last.matches(".looking")) {
      announcer.textContent = last.textContent;
      show(last.previousElementSibling || last);
    } else if (last.matches(".guide")) {
      prepareAnswer(last);
      const restarted = answers === 1 && log.querySelector(".restarted");
      const urgent = last.matches("[role=alert]");
      // An urgent one is announced by its role.
      if (urgent) announcer.textContent = "";
      else announce(last);
      if (restarted) announcer.prepend(`${restarted.textContent} `);
      const asked = last.previousElementSibling;
      // On a screen too low for both, the help itself.
      if (urgent && innerHeight < 480) show(last);
      else show(restarted || (asked && asked.matches(".visitor") ? asked : last));
    }
  }

  // The document comes in the language the browser asks for; what Gradio shows follows it, and leads from then on.
  function followLanguage() {
    const { pageLanguage: language, log } = document.querySelector("[data-page-language]")?.dataset ?? {};
    if (!language || language === shownLanguage) return;
    document.getElementById("conversation")?.setAttribute("aria-label", log);
    if (shownLanguage) {
      document.documentElement.lang = language;
      if (expected === "not-reached") expect(0);
    }
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

  // What can be said next is in the language of the answer it stands under; the button for the other language is in that.
  function nameLanguages() {
    const wanted = { choices: document.querySelector("#choices-title [lang]")?.lang };
    if (shownLanguage) wanted.language = shownLanguage === "es" ? "en" : "es";
    for (const [name, language] of Object.entries(wanted)) {
      const place = document.getElementById(name);
      if (place && language && place.lang !== language) place.lang = language;
    }
  }

  new MutationObserver(() => {
    prepare();
    followLanguage();
    nameLanguages();
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
    if (!event.persisted) return;
    history.replaceState(null, "");
    location.reload();
  });
}
