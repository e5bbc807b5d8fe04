// What stands before the page until it is answered: a confirmation, something shown once, a form.

import { Problem } from "./api.js";
import { button, make, newId } from "./dom.js";
import { explain, Form, problemLine, showProblem } from "./form.js";

/** What is longer is shown on two lines. */
const LONGEST_LINE = 40;

/** Opens a dialog around `content`; gone from the document once it is closed. */
export function openDialog(title, content, { mayEscape = true, onClose = () => {} } = {}) {
  const titleId = newId();
  const dialog = make("dialog", { "aria-labelledby": titleId }, make("h2", { id: titleId }, title), content);
  dialog.addEventListener("cancel", (event) => {
    if (!mayEscape) event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before something is done, in a form where there are `fields`. `carryOut` throws what stands in its
 * way, and returns what is to happen once the dialog is gone.
 */
export function confirm(words, { title, text, yes, carryOut, fields = [], collection = "", danger = true }) {
  const line = problemLine();
  const close = () => dialog.close();
  let content;
  if (fields.length > 0) {
    const submit = async (body) => {
      const after = await carryOut(body);
      close();
      await after();
    };
    const beside = [button(words.say("cancel"), close)];
    content = new Form(words, { fields, submitWords: yes, submit, collection, beside }).element;
  } else {
    const agree = button(yes, async () => {
      agree.disabled = true;
      try {
        const after = await carryOut();
        close();
        await after();
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        showProblem(line, explain(words, problem));
        agree.disabled = false;
      }
    }, { class: danger ? "danger" : "strong" });
    content = [line, make("div", { class: "buttons" }, button(words.say("keep"), close, { autofocus: true }), agree)];
  }
  const dialog = openDialog(title, [text ? make("p", {}, text) : null, content].flat());
}

/** Shows what can be copied; `once` says that it is not shown again. */
export function showToCopy(words, { title, text, label, value, once = false }) {
  const id = newId();
  const settings = { id, readonly: true, dir: "ltr", class: "code shown", spellcheck: "false" };
  const isLong = value.length > LONGEST_LINE;
  const shown = isLong ? make("textarea", { ...settings, rows: 2 }) : make("input", { ...settings, type: "text" });
  shown.value = value;
  const told = make("p", { role: "status", class: "hint" });
  const copy = button(words.say("copy"), async () => {
    shown.select();
    try {
      await navigator.clipboard.writeText(value);
      told.textContent = words.say("copied");
    } catch {
      told.textContent = words.say("copy_by_hand");
    }
  }, { class: "strong", autofocus: true });
  const close = button(words.say(once ? "noted" : "close"), () => dialog.close());
  const content = [
    make("p", {}, text),
    make("label", { for: id }, label),
    shown,
    once ? make("p", { class: "warning" }, words.say("shown_once")) : null,
    told,
    make("div", { class: "buttons" }, close, copy),
  ];
  const dialog = openDialog(title, content, { mayEscape: !once });
}
