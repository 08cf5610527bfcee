// What both chat pages do with an answer: open its sources beside the conversation, copy it, rate it, and make the
// numbers of a crisis reply the next stop of the Tab key. Nothing is stored here, and nothing is sent but ratings and
// that a number was tapped.

const passed = { createHTML: (html) => html };
// The only way HTML enters these pages: as our own server has rendered and cleaned it.
const policy = window.trustedTypes ? window.trustedTypes.createPolicy("answers", passed) : passed;
const panel = document.getElementById("source");
const body = document.getElementById("source-body");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let opener = null;
let asked = 0;
let urgent = null;

document.documentElement.classList.add("scripted");

export function parsed(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}

// Call it for each message that is put in.
export function prepare(message) {
  for (const link of message.querySelectorAll('.sources a[href^="/articles/"]')) {
    const notice = link.querySelector(".visually-hidden") || link.parentElement.querySelector(".visually-hidden");
    // It opens here, no longer in a tab of its own.
    if (notice && link.hasAttribute("aria-label")) {
      link.setAttribute("aria-label", link.getAttribute("aria-label").replace(notice.textContent, ""));
    }
    if (notice && link.contains(notice)) notice.remove();
    link.removeAttribute("target");
    link.setAttribute("aria-haspopup", "dialog");
  }
  urgent = message.matches("[role=alert]") ? message.querySelector(".answer-text a, .actions a") : null;
}

// Focus is not taken away from whoever is typing; the next Tab goes to the first number to call.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open) {
    close();
    event.stopImmediatePropagation();
  }
  if (event.key !== "Tab" || event.shiftKey || event.altKey || event.ctrlKey || !urgent?.isConnected) return;
  event.preventDefault();
  urgent.focus();
  urgent = null;
});
document.addEventListener("pointerdown", () => (urgent = null));

// That somebody taps a number is counted, by kind and day; not who, not from where.
document.addEventListener("click", (event) => {
  const number = event.target.closest?.('a[href^="tel:"], a[href^="sms:"]')?.getAttribute("href");
  if (!number) return;
  const kinds = { clinic: "call-clinic", emergency: "call-emergency", crisis: "call-crisis", crisis_text: "text-crisis" };
  const of = (name) => document.querySelector(`#bar .${name}`)?.getAttribute("href");
  const what = Object.keys(kinds).find((kind) => of(kinds[kind]) === number) || "other";
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ what }) };
  fetch("/api/tap", { ...options, credentials: "omit", keepalive: true }).catch(() => {});
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const button = event.target.closest(".tools button");
  if (button) tools[button.dataset.do](button, button.closest(".tools"));
  if (event.target.closest("#source-close")) close();
  if (event.target.closest("#print")) window.print();
  const link = event.target.closest(".message a");
  const place = link && (link.hash.startsWith("#source-") ? document.getElementById(link.hash.slice(1)) : link);
  if (place && place.matches('.sources a[href^="/articles/"]')) {
    event.preventDefault();
    open(place.href, link);
  }
});

// The article's own page, cut down to the article, scrolled to the quoted sentence.
async function open(address, link) {
  opener = link;
  const mine = ++asked;
  const fail = () => mine === asked && state("not_opened");
  state("opening_source");
  if (!panel.open) panel.show();
  body.focus({ preventScroll: true });
  try {
    const response = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(10000) });
    const article = response.ok && parsed(await response.text()).querySelector("main article");
    if (!article) fail();
    else if (mine === asked) showArticle(article);
  } catch {
    fail();
  }
}

function showArticle(article) {
  const title = document.createElement("h2");
  title.id = "source-title";
  title.append(...article.querySelector("h1").childNodes);
  article.querySelector("h1").replaceWith(title);
  body.replaceChildren(article);
  const quote = article.querySelector("#quote");
  body.scrollTop = 0;
  if (quote) quote.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  for (const inside of article.querySelectorAll('a[href="#quote"]')) {
    inside.addEventListener("click", (event) => {
      event.preventDefault();
      quote.scrollIntoView({ block: "center" });
    });
  }
}

function state(name) {
  const text = document.createElement("p");
  text.id = "source-title";
  text.setAttribute("role", "status");
  text.append(document.getElementById(`source-${name}`).content.cloneNode(true));
  body.replaceChildren(text);
}

export function close() {
  if (!panel.open) return;
  asked += 1;
  panel.close();
  if (opener?.isConnected) opener.focus();
}

const tools = {
  async copy(_button, group) {
    const said = group.querySelector(".said");
    try {
      await navigator.clipboard.writeText(readable(group.closest(".message")));
      said.textContent = group.dataset.copied;
    } catch {
      said.textContent = group.dataset.notCopied;
    }
  },
  helpful(button, group) {
    rate(button, group, true);
  },
  unhelpful(button, group) {
    rate(button, group, false);
  },
  reason(button, group) {
    if (press(button, group.querySelectorAll(".reasons button"))) send(group, false, button.dataset.reason);
  },
};

function rate(button, group, helpful) {
  if (!press(button, group.querySelectorAll(".rating button"))) return;
  group.querySelector(".reasons").hidden = helpful;
  send(group, helpful, null);
}

function press(button, others) {
  if (button.getAttribute("aria-pressed") === "true") return false;
  for (const other of others) other.setAttribute("aria-pressed", String(other === button));
  return true;
}

function send(group, helpful, reason) {
  const said = { answer: group.dataset.answer, helpful, reason };
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) };
  fetch("/api/feedback", { ...options, credentials: "omit" }).catch(() => {});
  group.querySelector(".said").textContent = group.dataset.thanks;
}

function readable(message) {
  const places = [...message.querySelectorAll(".sources li")].map((place) => {
    const page = place.querySelector("a:not(.marker)");
    return `${flat(place)} ${page ? page.href : ""}`;
  });
  const parts = [message.querySelector(".answer-text").innerText, ...places, flat(message.querySelector(".disclaimer"))];
  return parts.filter(Boolean).join("\n\n");
}

function flat(element) {
  return element ? element.innerText.replace(/\s+/g, " ").trim() : "";
}
