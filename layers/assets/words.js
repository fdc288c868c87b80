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
  text.replace(/\{(\w+)\}/g, (given, name) => {
    const value = values[name];
    return typeof value === "number" ? Monitor.number(value) : value ?? given;
  });

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
