// Looks over the page as a person with a small phone does; calls `done` with a list of complaints.
// arguments: the language it should speak.
const [language] = arguments;
const complaints = [];
const complain = (...words) => complaints.push(words.join(" "));
const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const name = (element) => `<${element.localName}${element.id ? ` id=${element.id}` : ""}>`;
const SMALLEST_TARGET = 44;

const root = document.documentElement;
if (root.lang !== language) complain("lang is", root.lang);
if (getComputedStyle(root).direction !== (language === "en" ? "ltr" : "rtl")) complain("dir is", root.dir);
if (root.scrollWidth > root.clientWidth) complain("the page is", root.scrollWidth, "px wide");

const dialog = document.querySelector("dialog[open]");
const targets = [...(dialog ?? document).querySelectorAll("button, a, input, select")].filter(isShown);
for (const element of (dialog ?? document.body).querySelectorAll("*")) {
  if (!isShown(element) || element.closest(".only-heard, meter")) continue;
  const { left, right, width } = element.getBoundingClientRect();
  if (width && (left < -0.5 || right > root.clientWidth + 0.5)) complain(name(element), "lies outside, from", left, "to", right);
  const hasWords = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!hasWords || getComputedStyle(element).clipPath !== "none") continue;
  if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline") {
    complain("the words of", name(element), "run out of it");
  }
  if (/[{}]|undefined|null|NaN|^[a-z]+(_[a-z]+)+$/.test(element.textContent.trim())) {
    complain(name(element), "says", JSON.stringify(element.textContent));
  }
}
for (const [index, target] of targets.entries()) {
  const place = target.getBoundingClientRect();
  if (place.width < SMALLEST_TARGET || place.height < SMALLEST_TARGET) {
    complain(name(target), "is", place.width, "by", place.height);
  }
  for (const other of targets.slice(index + 1)) {
    const theirs = other.getBoundingClientRect();
    const isApart = place.right <= theirs.left || theirs.right <= place.left || place.bottom <= theirs.top || theirs.bottom <= place.top;
    if (!isApart) complain(name(target), "overlaps", name(other));
  }
}
// What must not be searched for: joining in the lobby, hanging up in a call.
for (const id of ["join", "hangup"]) {
  const element = document.getElementById(id);
  const { top, bottom } = element.getBoundingClientRect();
  if (!dialog && isShown(element) && (top < 0 || bottom > innerHeight)) complain(name(element), "must be scrolled to");
}

/** Between the words of an element and the ground below: where axe-core cannot tell, for a picture lies there too. */
function contrast(element) {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = channels(colour).map((value) => linear(value / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  let ground = element;
  const isClear = (colour) => channels(colour)[3] !== undefined && channels(colour)[3] < 1;
  while (ground && isClear(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
  if (!ground) return 0;
  const [words, below] = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(luminance);
  return (Math.max(words, below) + 0.05) / (Math.min(words, below) + 0.05);
}

// axe-core takes the joined letters of Arabic for an icon font's ligatures, and then passes over all
// words in that font where it measures contrast. This page has no icon font: no two glyphs differ.
const readPixels = CanvasRenderingContext2D.prototype.getImageData;
CanvasRenderingContext2D.prototype.getImageData = (left, top, width, height) => {
  const pixels = new ImageData(Math.trunc(width), Math.trunc(height));
  pixels.data.fill(255);
  return pixels;
};
axe.run(document, { resultTypes: ["violations", "incomplete"], rules: { "target-size": { enabled: true } } }).then(
  ({ violations, incomplete, passes }) => {
    if (passes.length < 10) complain("axe looked at nothing");
    for (const { id, help, nodes } of violations) {
      complain(`axe: ${id}: ${help}:`, nodes.map(({ target }) => target.join(" ")).join(", "));
    }
    const unsure = incomplete.find(({ id }) => id === "color-contrast")?.nodes ?? [];
    for (const { target } of unsure) {
      const ratio = contrast(document.querySelector(target[0]));
      if (ratio < 4.5) complain(target[0], "has a contrast of", ratio.toFixed(1));
    }
    return complaints;
  },
  (error) => [`axe: ${error}`],
).finally(() => {
  CanvasRenderingContext2D.prototype.getImageData = readPixels;
}).then(done);
