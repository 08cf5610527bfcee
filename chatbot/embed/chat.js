// The embeddable chat. The form works without this; here its answer is put into the page instead of replacing it.
// The conversation is in the form's hidden fields and nowhere else: no cookie, no storage.
import { close, parsed, prepare } from "/ui/answers.js";

const [form, box, log, messages, sent, strip, failure, announcer, bar, heading] = [
  "ask", "question", "log", "messages", "sent", "strip", "failure", "announcer", "bar", "heading",
].map((name) => document.getElementById(name));
const root = document.documentElement;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const MOST_EARLIER = 20;
const SECONDS = { state: 6, answer: 20 };
let waiting = null;
let host = null;

const said = (name) => document.getElementById("page-tools").dataset[name];
const hidden = (name) => sent.querySelector(`[name=${name}]`);

// Enter sends; while one is on its way, the next stays in the box.
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(document.querySelector("#send button"));
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const by = event.submitter;
  if (by?.name === "switch") switchTo(by.value);
  else if (by?.name === "clear") clear();
  else if (!waiting) send(by?.name === "say" ? by.value : box.value, by?.name === "say");
});

async function send(text, tapped) {
  const fields = new URLSearchParams(new FormData(sent.closest("form")));
  fields.set("question", text);
  const item = text.trim() ? show(visitor(text)) : null;
  const looking = show(note(said("looking")));
  if (!tapped) box.value = "";
  // The tapped button goes away: go on from the conversation.
  else log.focus({ preventScroll: true });
  began();
  busy(new AbortController());
  (item || looking).scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  const mine = waiting;
  try {
    const turn = await answered(fields, mine);
    looking.remove();
    if (!turn.kept) item?.remove();
    receive(turn, text, turn.kept || tapped);
  } catch (error) {
    looking.remove();
    item?.remove();
    // A chat that was cleared wants no answer any more.
    if (mine.signal.reason !== "cleared") failed(error.shown, tapped ? "" : text);
  } finally {
    if (waiting === mine) busy(null);
  }
}

// The first line says that the message arrived, the second is the answer. If either is late, help is shown instead.
async function answered(fields, abort) {
  let late = setTimeout(() => abort.abort("late"), SECONDS.state * 1000);
  try {
    const response = await fetch(form.getAttribute("action").split("#")[0], {
      method: "POST",
      body: fields,
      headers: { accept: "application/x-ndjson" },
      credentials: "omit",
      signal: abort.signal,
    });
    if (!response.ok) throw Object.assign(new Error("refused"), { shown: await refusal(response) });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let received = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      received += value;
      clearTimeout(late);
      late = setTimeout(() => abort.abort("late"), SECONDS.answer * 1000);
    }
    const turn = JSON.parse(received.trim().split("\n").pop());
    if (!turn.html) throw new Error("no answer");
    return turn;
  } finally {
    clearTimeout(late);
  }
}

async function refusal(response) {
  const { error } = await response.json().catch(() => ({}));
  return response.status < 500 && error ? `${error.message} ${error.next_step}` : "";
}

function receive(turn, text, keepBox) {
  for (const old of messages.querySelectorAll(".choices")) old.remove();
  const item = document.createElement("li");
  item.append(...parsed(turn.html).body.childNodes);
  const message = item.querySelector(".message");
  prepare(message);
  // An urgent one is a role=alert and speaks for itself.
  announce(message.matches("[role=alert]") ? "" : message.querySelector(".answer-text"), message);
  messages.append(item);
  hidden("turns").value = String((Number(hidden("turns").value) + 1) % 10000);
  if (turn.kept) remember(text);
  else if (!keepBox && !box.value) box.value = text;
  if (turn.crisis) pin(true);
  const asked = item.previousElementSibling;
  // On a screen too low for both, the help itself.
  const low = message.matches("[role=alert]") && innerHeight < 480;
  const start = asked?.querySelector(".visitor") && !low ? asked : item;
  // Once the pinned line has made the bar higher.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => start.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" })),
  );
}

function remember(text) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "earlier", value: text });
  sent.append(field);
  const all = sent.querySelectorAll("[name=earlier]");
  if (all.length > MOST_EARLIER) all[0].remove();
}

function failed(shown, draft) {
  const notice = document.getElementById(`failure-${root.lang}`) || document.querySelector("template[id^=failure-]");
  const copy = notice.content.cloneNode(true);
  if (shown) copy.firstElementChild.prepend(Object.assign(document.createElement("p"), { textContent: shown }));
  failure.replaceChildren(copy);
  announcer.textContent = "";
  if (draft) box.value = box.value ? `${draft}\n${box.value}` : draft;
  box.focus();
  failure.scrollIntoView({ block: "nearest" });
}

function busy(controller) {
  waiting = controller;
  if (controller) failure.replaceChildren();
  document.querySelector("#send button").setAttribute("aria-disabled", String(Boolean(controller)));
}

function announce(what, message) {
  announcer.lang = message?.querySelector("[lang]")?.lang || root.lang;
  announcer.textContent = typeof what === "string" ? what : what.textContent;
}

function visitor(text) {
  const message = document.createElement("div");
  message.className = "message visitor";
  const speaker = Object.assign(document.createElement("p"), { className: "speaker", textContent: said("you") });
  const shown = text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
  message.append(speaker, Object.assign(document.createElement("p"), { textContent: shown }));
  return message;
}

function note(text) {
  announce(text);
  const message = Object.assign(document.createElement("div"), { className: "message looking" });
  message.append(Object.assign(document.createElement("p"), { textContent: text }));
  return message;
}

function show(message) {
  const item = document.createElement("li");
  item.append(message);
  messages.append(item);
  return item;
}

function began() {
  document.getElementById("opening").open = false;
  document.getElementById("suggestions").hidden = true;
}

function pin(pinned) {
  strip.hidden = !pinned;
  hidden("crisis").value = pinned ? "1" : "0";
}

function clear() {
  waiting?.abort("cleared");
  busy(null);
  close();
  messages.replaceChildren();
  for (const field of sent.querySelectorAll("[name=earlier]")) field.remove();
  hidden("turns").value = "0";
  // What is said next is another conversation.
  const drawn = [...crypto.getRandomValues(new Uint8Array(8))];
  hidden("conversation").value = drawn.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  pin(false);
  box.value = "";
  failure.replaceChildren();
  document.getElementById("opening").open = true;
  document.getElementById("suggestions").hidden = false;
  announce(said("cleared"));
  scrollTo(0, 0);
  box.focus({ preventScroll: true });
}

// The page's own words in the other language; what was said, and what is being written, stays.
async function switchTo(language) {
  try {
    const response = await fetch(`/chat?lang=${language}`, { credentials: "omit", signal: AbortSignal.timeout(10000) });
    if (!response.ok) throw new Error("refused");
    const other = parsed(await response.text());
    for (const place of document.querySelectorAll("[data-swap]")) {
      place.replaceChildren(...other.getElementById(place.id).childNodes);
    }
    root.lang = other.documentElement.lang;
    document.title = other.title;
    log.setAttribute("aria-label", other.getElementById("log").getAttribute("aria-label"));
    hidden("language").value = root.lang;
    hidden("chosen").value = "1";
    document.querySelector("#other button")?.focus();
  } catch {
    failed("", "");
  }
}

document.addEventListener("click", (event) => {
  const leave = event.target.closest("#leave");
  if (!leave) return;
  event.preventDefault();
  const away = leave.href;
  document.body.replaceChildren();
  // Out of the frame too: the page round it would still show where the visitor was.
  window.top.location.replace(away);
});

// In a frame on the clinic's site: the page round it says who it is, and is told when to close the chat.
const hosts = [location.origin, ...root.dataset.hosts.split(" ")];
addEventListener("message", (event) => {
  if (window.parent === window || event.source !== window.parent || !hosts.includes(event.origin)) return;
  if (event.data?.clinicChat !== "opened") return;
  host = event.origin;
  heading.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && host && !event.defaultPrevented) window.parent.postMessage({ clinicChat: "close" }, host);
});

// What is scrolled to, or gets the focus, must not lie under the bar or the question box.
const heights = new ResizeObserver(() => {
  const pinned = getComputedStyle(form).position === "sticky";
  root.style.setProperty("--bar-height", `${bar.offsetHeight}px`);
  root.style.setProperty("--ask-height", pinned ? `${form.offsetHeight}px` : "0px");
});
heights.observe(bar);
heights.observe(form);

for (const message of messages.querySelectorAll(".message.guide")) prepare(message);

// Coming back to the page must not bring the conversation back.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
