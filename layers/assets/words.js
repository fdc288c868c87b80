/* Words in the reader's language: English stands in the code, other languages in layers/languages. */
"use strict";

const Monitor = {};

/** What layers/words.py sends along: language, texts by their English, names of countries by code; null for English. */
Monitor.words = null;

/** A text that `Monitor.say` is given later, from where it stands. */
Monitor.mark = (text) => text;

/** A text in the reader's language, with each {name} replaced by a value; numbers get their separators. */
Monitor.say = (text, values = {}) => Monitor.filled(Monitor.words?.texts[text]?.[0] || text, values);

/** The form for a number, which stands in it as {count}: counted(2, "{count} incident", "{count} incidents"). */
Monitor.counted = (count, one, many, values = {}) => {
  const forms = Monitor.words?.texts[one]?.filter(Boolean) ?? [];
  const form = forms.length ? forms[Math.min(Monitor.form(count), forms.length - 1)] : count === 1 ? one : many;
  return Monitor.filled(form, { count, ...values });
};

Monitor.filled = (text, values) =>
  text.replace(/\{(\w+)(?::([^{}]*))?\}/g, (given, name, form) => {
    const value = Monitor.told(values[name]);
    return typeof value === "number" ? Monitor.formed(value, form) : value ?? given;
  });

/** What layers/words.py spells out: a text of its own, one with its values, the same with a form for many, or a country. */
Monitor.told = (kept) => {
  if (kept?.country) return Monitor.country(kept.country, kept.name);
  if (!kept?.text) return kept;
  return kept.many ? Monitor.counted(kept.values.count, kept.text, kept.many, kept.values) : Monitor.say(kept.text, kept.values);
};

/** A number by a format of Python, in the reader's signs: ".2g" its first digits, ".0%" a share of one, ".1f" so many behind the point. */
Monitor.formed = (value, form = "") => {
  const [, digits, kind] = /\.(\d+)([gf%])$/.exec(form) ?? [];
  if (kind === "g") return Monitor.roughly(value, Number(digits));
  const shown = kind ? { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits), useGrouping: form.includes(",") } : {};
  return value.toLocaleString(Monitor.words?.language ?? "en-GB", kind === "%" ? { ...shown, style: "percent" } : shown);
};

/** A number with its first digits: 0.053, 8.9, 1.2e+02. */
Monitor.roughly = (value, digits) => {
  const [first, power] = value.toExponential(digits - 1).split("e");
  const written = (figures) => Number(figures).toLocaleString(Monitor.words?.language ?? "en-GB", { maximumSignificantDigits: digits, useGrouping: false });
  if (power >= -4 && power < digits) return written(value);
  return `${written(first)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
};

/** Which form of a catalogue a number takes: they stand in the order of the CLDR, as gettext has them. */
Monitor.form = (count) => {
  const rules = (Monitor.rules ??= new Intl.PluralRules(Monitor.words.language));
  Monitor.forms ??= ["zero", "one", "two", "few", "many", "other"].filter((name) => rules.resolvedOptions().pluralCategories.includes(name));
  return Monitor.forms.indexOf(rules.select(count));
};

Monitor.number = (value) => value.toLocaleString(Monitor.words?.language ?? "en-GB");

/** The name of a country by its code, else as it is given. */
Monitor.country = (iso3, name) => Monitor.words?.countries[iso3] ?? name;

/** The same text with a capital. */
Monitor.capital = (text) => text.charAt(0).toLocaleUpperCase(Monitor.words?.language ?? "en-GB") + text.slice(1);

/** The address of a page of the dashboard, in the language that was asked for. */
Monitor.page = (path, params) => {
  const [query, language] = [new URLSearchParams(params), new Monitor.Address().read().get("lang")];
  if (language) query.set("lang", language);
  return query.size ? `${path}?${query}` : path;
};
