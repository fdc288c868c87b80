/* What cards are made of. */

import { pageUrl } from "./address.js";
import { context2d, element, iconButton } from "./dom.js";
import { live } from "./server.js";
import { mark, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

const CHARTS = {
  day: mark("Incidents by day, at most {most}"),
  week: mark("Incidents by week, at most {most}"),
  month: mark("Incidents by month, at most {most}"),
  quarter: mark("Incidents by quarter, at most {most}"),
  year: mark("Incidents by year, at most {most}"),
};

/** @param {Monitor} monitor  @param {string} title  @param {Node} kind  @param {Node | null} [note] */
export const cardHead = (monitor, title, kind, note = null) => {
  const close = iconButton(say("Close (Esc)"), "M5 5l10 10M15 5L5 15", () => monitor.select(null), "square close");
  close.setAttribute("aria-label", say("Close"));
  return element("header", {}, element("div", {}, element("h2", {}, title), kind), close, note);
};

/** What kind of thing it is.  @param {string} text  @param {string} [colour] */
export const kindChip = (text, colour = "") => {
  const chip = element("span", { class: "mode" }, text);
  chip.style.color = colour;
  return chip;
};

/** @param {boolean} synthetic */
export const madeUp = (synthetic) => (synthetic ? element("p", { class: "made-up" }, say("Synthetic")) : null);

/** Numbers, each with its name below it.  @param {[name: string, value: string][]} pairs */
export const figures = (pairs) => {
  const cells = pairs.map(([name, value]) => element("div", {}, element("dd", {}, value), element("dt", {}, name)));
  return element("dl", { class: "figures" }, ...cells);
};

/** A link to a page, in a tab of its own, as a frame may not leave the page.  @param {string} address  @param {string} text */
export const pageLink = (address, text) =>
  element("p", { class: "facts" }, element("a", { href: address, target: "_blank", rel: "noopener" }, text));

/** How changes are told, in short. */
export const CHANGE_TEST = mark("A change is told where neither chance, nor bursts, nor the season, nor more or less reporting at all explains it.");

/** What a judgement rests on, in paragraphs, and where the method is told in full.  @param {(string | null)[]} said */
export const evidenceOf = (...said) => [
  ...said.filter(Boolean).map((text) => element("p", {}, text)),
  ...(live ? [pageLink(pageUrl("/method", new URLSearchParams()), say("The method in full ↗"))] : []),
];

/** What a judgement rests on, behind a line that opens it.  @param {(string | null)[]} said */
export const howWeKnow = (...said) => element("details", { class: "facts how" }, element("summary", {}, say("How we know")), ...evidenceOf(...said));

/** Incidents by step, those outside the window pale.  @param {Monitor} monitor  @param {number[]} counts  @param {string} colour */
export const spark = (monitor, counts, colour) => {
  const [width, height, ratio] = [monitor.card.options.width, 44, window.devicePixelRatio || 1];
  const canvas = element("canvas", { class: "spark", width: width * ratio, height: height * ratio, role: "img" });
  const most = Math.max(...counts, 1);
  canvas.setAttribute("aria-label", say(CHARTS[monitor.shown.calendar.unit], { most: String(Math.max(...counts, 0)) }));
  const context = context2d(canvas);
  context.scale(ratio, ratio);
  const [from, to] = monitor.range;
  const slot = width / counts.length;
  counts.forEach((count, at) => {
    const tall = count ? Math.max(1.5, (count / most) * (height - 1)) : 0;
    context.fillStyle = at >= from && at < to ? colour : monitor.theme.bar;
    context.fillRect(at * slot, height - tall, Math.max(1, slot - Math.min(1, slot * 0.2)), tall);
  });
  return canvas;
};
