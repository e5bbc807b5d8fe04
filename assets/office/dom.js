// Makes elements. Words are always set as text: nothing here reads markup.

let made = 0;

/** An id that no other element has. */
export function newId() {
  made += 1;
  return `made-${made}`;
}

/** An element with attributes, listeners (`onclick`) and children; what is null or false is left out. */
export function make(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Text that keeps its own direction, whatever stands beside it. */
export const isolated = (text) => make("bdi", {}, String(text));

/** An id, a number or a link: read from left to right in every language. */
export const code = (text) => make("bdi", { class: "code", dir: "ltr" }, String(text));

export function button(text, onclick, settings = {}) {
  return make("button", { type: "button", onclick, ...settings }, text);
}
