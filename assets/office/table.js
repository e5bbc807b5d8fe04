// A table of rows with their buttons, a search over what is written in it, and a word where it is empty.

import { button, make, newId } from "./dom.js";

/**
 * `columns` are `{ head, cell }` with `cell(row)` a text, an element or a list of them; `buttons(row)` are
 * `[words, action, settings]`, each named for the row by `nameOf(row)`.
 */
export function table(words, { caption, columns, rows, nameOf, buttons = () => [], rowClass = () => null }) {
  const drawn = rows.map((row) => make(
    "tr",
    { class: rowClass(row) },
    columns.map(({ cell }, index) => make(index === 0 ? "th" : "td", index === 0 ? { scope: "row" } : {}, cell(row))),
    make("td", { class: "actions" }, buttons(row).map(([text, action, settings]) => {
      return button(text, () => action(row), { "aria-label": `${text}: ${nameOf(row)}`, class: "slight", ...settings });
    })),
  ));
  const head = make(
    "tr",
    {},
    columns.map((column) => make("th", { scope: "col" }, words.say(column.head))),
    make("td", { class: "actions" }),
  );
  const body = make("tbody", {}, drawn);
  const count = make("p", { class: "hint", role: "status" });
  const empty = make("p", { class: "empty" });
  const frame = make(
    "div",
    { class: "rows", tabindex: 0, role: "region", "aria-label": caption },
    make("table", {}, make("caption", { class: "only-heard" }, caption), make("thead", {}, head), body),
    empty,
  );
  const search = searchField(words, (sought) => {
    let shown = 0;
    for (const row of drawn) {
      row.hidden = !row.textContent.toLowerCase().includes(sought);
      if (!row.hidden) shown += 1;
    }
    const found = { shown: words.number(shown), all: words.number(rows.length) };
    count.textContent = sought ? words.say("rows_found", found) : "";
    empty.textContent = shown === 0 ? words.say(rows.length === 0 ? "rows_none" : "rows_none_found") : "";
  });
  /** The list as a part of the page, with more tools beside the search, and what comes below. */
  const under = (tool = null, below = null) => {
    return make("div", { class: "list" }, make("div", { class: "tools" }, tool, search), count, frame, below);
  };
  return { under };
}

function searchField(words, seek) {
  const id = newId();
  const oninput = () => seek(field.value.trim().toLowerCase());
  const field = make("input", { id, type: "search", dir: "auto", oninput });
  seek("");
  return make("p", { class: "search" }, make("label", { for: id }, words.say("search")), field);
}
