/* Texts and numbers in one language: English stands in the code and is the key. */

/** @import { Dictionary } from "./dictionary.js" */

/** @typedef {{ text: string, many?: string, values: Values }} KeptText a text that the server spells out, with its values */
/** @typedef {{ country: string, name: string }} KeptCountry */
/** @typedef {string | number | boolean | null | undefined | KeptText | KeptCountry} Kept as layers/web/translations.py spells it out */
/** @typedef {{ [name: string]: any }} Values whatever stands in a text; a text takes from it what it names */

const LATIN = /[A-Za-z0-9]/;
/** How the words for an end of a route begin that lies in no town, and what is said.  @type {Record<string, string>} */
const ABOUT = { "near ": "{place} (near)", "off ": "{place} (off its coast)", "inland ": "{place} (inland)", "the open sea": "the open sea" };
const FORMS = ["zero", "one", "two", "few", "many", "other"];

export class Translator {
  /** @param {Dictionary | null} dictionary null for English */
  constructor(dictionary) {
    this.dictionary = dictionary;
    this.locale = dictionary?.language ?? "en-GB";
    this.rules = new Intl.PluralRules(this.locale);
    // They stand in the order of the CLDR, as gettext has them.
    this.forms = FORMS.filter((name) => this.rules.resolvedOptions().pluralCategories.some((one) => one === name));
  }

  /**
   * A text with each {name} replaced by a value; numbers get their separators.
   * @param {string} text  @param {Values} [values]
   */
  say(text, values = {}) {
    return this._filled(this.dictionary?.texts[text]?.[0] || text, values);
  }

  /**
   * The form for a number, which stands in it as {count}.
   * @param {string} one  @param {string} many  @param {number} count  @param {Values} [values]
   */
  counted(one, many, count, values = {}) {
    const forms = this.dictionary?.texts[one]?.filter(Boolean) ?? [];
    const own = forms[Math.min(this.forms.indexOf(this.rules.select(count)), forms.length - 1)];
    return this._filled(own ?? (count === 1 ? one : many), { count, ...values });
  }

  /** @param {string} text  @param {Values} values */
  _filled(text, values) {
    return text.replace(/\{(\w+)(?::([^{}]*))?\}/g, (given, name, form) => {
      const value = this.sayKept(values[name]);
      return typeof value === "number" ? this.formatted(value, form) : this._apart(String(value ?? given));
    });
  }

  /** What stands in a text, set apart from its direction where that runs from right to left.  @param {string} value */
  _apart(value) {
    return this.dictionary?.direction === "rtl" && LATIN.test(value) ? `\u2068${value}\u2069` : value;
  }

  /**
   * What the server spells out: a text of its own, one with its values, the same with a form for many, or a country.
   * @template {Kept} T  @param {T} kept  @returns {T extends object ? string : T}
   */
  sayKept(kept) {
    return /** @type {T extends object ? string : T} */ (this._kept(kept));
  }

  /** @param {Kept} kept */
  _kept(kept) {
    if (kept === null || typeof kept !== "object") return kept;
    if ("country" in kept) return this.country(kept.country, kept.name);
    return kept.many ? this.counted(kept.text, kept.many, kept.values.count, kept.values) : this.say(kept.text, kept.values);
  }

  /**
   * A number by a format of Python: ".2g" its first digits, ".0%" a share of one, ".1f" so many behind the point.
   * @param {number} value  @param {string} [form]
   */
  formatted(value, form = "") {
    const [, digits, kind] = /\.(\d+)([gf%])$/.exec(form) ?? [];
    if (kind === "g") return this._roughly(value, Number(digits));
    const shown = kind ? { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits), useGrouping: form.includes(",") } : {};
    return value.toLocaleString(this.locale, kind === "%" ? { ...shown, style: "percent" } : shown);
  }

  /**
   * A number with its first digits: 0.053, 8.9, 1.2e+02.
   * @param {number} value  @param {number} digits
   */
  _roughly(value, digits) {
    const [first, power] = value.toExponential(digits - 1).split("e");
    /** @param {number | string} figures */
    const written = (figures) => Number(figures).toLocaleString(this.locale, { maximumSignificantDigits: digits, useGrouping: false });
    if (Number(power) >= -4 && Number(power) < digits) return written(value);
    return `${written(first)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }

  /**
   * Digits as JavaScript writes them, as the reader writes them: "4.50" keeps its two behind the point.
   * @param {string} text
   */
  digits(text) {
    return Number(text).toLocaleString(this.locale, { minimumFractionDigits: (text.split(".")[1] ?? "").length, useGrouping: false });
  }

  /** @param {number} value */
  number(value) {
    return value.toLocaleString(this.locale);
  }

  /**
   * The name of a country by its code, else as it is given.
   * @template {string | null} T  @param {string} iso3  @param {T} name  @returns {string | T}
   */
  country(iso3, name) {
    return this.dictionary?.countries[iso3] ?? name;
  }

  /** What a place is called, its own name where no other is known.  @param {string} name */
  place(name) {
    return this.dictionary?.places[name] ?? name;
  }

  /**
   * The name of a route with its ends as they are called, as in layers/web/translations.py; with dashes, as people read it.
   * @param {string} name
   */
  route(name) {
    if (!this.dictionary) return name.replaceAll(" - ", " – ");
    const [, plain, number] = /^(.*?)((?: \(\d+\))?)$/s.exec(name) ?? ["", name, ""];
    const known = plain.split(": ").slice(0, -1).join(": ");
    const ends = plain.split(": ").slice(-1)[0].split(" - ");
    if (!known && ends.length === 1 && this.say(plain) !== plain) return this.say(plain) + number;
    const said = ends.map((end) => this._end(end));
    const shown = said.every((end) => LATIN.test(end)) ? said : said.map((end) => this._apart(end));
    return (known ? `${this.say(known)}: ` : "") + shown.join(" – ") + number;
  }

  /** @param {string} words */
  _end(words) {
    const about = Object.keys(ABOUT).find((begun) => words.startsWith(begun));
    return about ? this.say(ABOUT[about], { place: this.place(words.slice(about.length)) }) : this.place(words);
  }

  /** The same text with a capital.  @param {string} text */
  capitalized(text) {
    return text.charAt(0).toLocaleUpperCase(this.locale) + text.slice(1);
  }

  /**
   * The letters by which some words are told apart, by word: the first of each that no earlier one has.
   * @param {string[]} words
   */
  initials(words) {
    /** @type {Record<string, string>} */
    const found = {};
    for (const word of words) {
      const letters = [...this.say(word)].filter((letter) => /\p{L}/u.test(letter)).map((letter) => this.capitalized(letter));
      found[word] = letters.find((letter) => !Object.values(found).includes(letter)) ?? letters[0];
    }
    return found;
  }
}
