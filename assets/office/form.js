// A form made from a list of fields. Each field has the JSON pointer of what it fills in the request,
// so that a problem which names the pointer is shown beside it.

import { Problem } from "./api.js";
import { button, make, newId } from "./dom.js";

/** The problem in the page's language where there are words for it, otherwise in the service's own. */
export function explain(words, problem, collection = "") {
  const stem = `problem_${problem.code.replaceAll("-", "_")}`;
  const field = (problem.field ?? "").replaceAll("/", "_");
  const known = [`${stem}${field}_${collection}`, `${stem}${field}`, stem].find((key) => words.has(key));
  if (known) return words.say(known);
  const detail = problem.detail || problem.message;
  return [`${words.say("problem_other")} `, make("bdi", { lang: "en", dir: "ltr" }, detail)];
}

/** A paragraph for a problem with no field of its own. */
export const problemLine = () => make("p", { class: "problem", role: "alert", hidden: true });

export function showProblem(line, content) {
  line.replaceChildren(...[content].flat());
  line.hidden = false;
}

export class Form {
  #words;
  #fields;
  #general = problemLine();
  #collection;
  #submitButton;

  /** `submit` gets the request's body and throws what stands in its way. */
  constructor(words, { fields, submitWords, submit, collection = "", beside = [] }) {
    this.#words = words;
    this.#collection = collection;
    this.#fields = fields.map((field) => new Field(words, field));
    this.#submitButton = make("button", { type: "submit", class: "strong" }, submitWords);
    this.element = make(
      "form",
      { novalidate: true, autocomplete: "off" },
      this.#fields.map((field) => field.element),
      this.#general,
      make("div", { class: "buttons" }, beside, this.#submitButton),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(submit);
    });
  }

  focus() {
    (this.#fields[0]?.control ?? this.#submitButton).focus();
  }

  async #submit(submit) {
    if (this.#submitButton.disabled) return;
    this.#clear();
    this.#submitButton.disabled = true;
    try {
      await submit(this.#body(), this);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.show(problem);
    } finally {
      this.#submitButton.disabled = false;
    }
  }

  #body() {
    const body = {};
    for (const field of this.#fields) {
      const value = field.read();
      if (value !== undefined) put(body, field.pointer.split("/").slice(1), value);
    }
    return body;
  }

  #clear() {
    this.#general.hidden = true;
    for (const field of this.#fields) field.clear();
  }

  /** Shows the problem at the field that it names, or at the end. */
  show(problem) {
    const words = explain(this.#words, problem, this.#collection);
    const field = this.#fields.find((field) => field.pointer === problem.field);
    if (field) field.show(words);
    else showProblem(this.#general, words);
  }
}

function put(body, [name, ...rest], value) {
  if (rest.length === 0) body[name] = value;
  else put((body[name] ??= {}), rest, value);
}

const asTyped = (value) => value;

class Field {
  #kind;
  #wire;
  #problem;

  constructor(words, { pointer, label, kind = "text", hint = null, options = [], value = "", wire = asTyped }) {
    this.pointer = pointer;
    this.#kind = kind;
    this.#wire = wire;
    const id = newId();
    const [hintId, problemId] = [`${id}-hint`, `${id}-problem`];
    this.control = control(kind, options, value);
    this.control.id = id;
    this.control.setAttribute("aria-describedby", hint ? `${hintId} ${problemId}` : problemId);
    this.#problem = make("p", { id: problemId, class: "problem", hidden: true });
    const labelled = make("label", { for: id }, words.say(label));
    this.element = make(
      "div",
      { class: `field ${kind}`, "data-pointer": pointer },
      kind === "check" ? [this.control, labelled] : [labelled, this.control],
      kind === "pin" ? revealer(words, this.control) : null,
      hint ? make("p", { id: hintId, class: "hint" }, words.say(hint)) : null,
      this.#problem,
    );
  }

  read() {
    switch (this.#kind) {
      case "check":
        return this.#wire(this.control.checked);
      case "pin":
      case "select":
        return this.#wire(this.control.value);
      default:
        return this.#wire(this.control.value.trim());
    }
  }

  clear() {
    this.#problem.hidden = true;
    this.control.removeAttribute("aria-invalid");
  }

  show(words) {
    showProblem(this.#problem, words);
    this.control.setAttribute("aria-invalid", "true");
    this.control.focus();
  }
}

function control(kind, options, value) {
  switch (kind) {
    case "select":
      return make("select", {}, options.map(([option, text]) => {
        return make("option", { value: option, selected: option === value }, text);
      }));
    case "check":
      return make("input", { type: "checkbox", checked: value === true });
    case "pin":
      return make("input", { type: "password", inputmode: "numeric", autocomplete: "new-password", dir: "ltr" });
    case "secret":
      return make("input", { type: "password", autocomplete: "off", dir: "ltr", class: "code" });
    case "id":
      return make("input", { type: "text", value, dir: "ltr", class: "code", maxlength: 40, spellcheck: "false" });
    case "number":
    case "date":
    case "time":
      return make("input", { type: kind, value });
    default:
      return make("input", { type: "text", value, dir: "auto", maxlength: 200 });
  }
}

function revealer(words, control) {
  const shown = button(words.say("pin_show"), () => {
    const isShown = control.type === "text";
    control.type = isShown ? "password" : "text";
    shown.setAttribute("aria-pressed", String(!isShown));
  }, { class: "slight", "aria-pressed": "false" });
  return shown;
}
