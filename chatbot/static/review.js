// One key for each verdict, the next turn and the flag, unless something is being typed or the box for it is empty.
const keys = {
  1: "verdict-good", 2: "verdict-partly", 3: "verdict-wrong", 4: "verdict-unsafe", n: "review-next", f: "review-flag",
};
document.addEventListener("keydown", (pressed) => {
  const at = pressed.target;
  const typing = at.isContentEditable || at.closest("textarea, select, input:not([type=radio], [type=checkbox])");
  if (typing || pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.repeat) return;
  const button = document.getElementById(keys[pressed.key.toLowerCase()] || "");
  const wanted = document.querySelector("#review-keys input");
  if (!button || !button.offsetParent || !wanted || !wanted.checked) return;
  pressed.preventDefault();
  button.click();
});
