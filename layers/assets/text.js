/* What is said, in the reader's language. `say`, `counted` and `mark` take a literal first, so that the catalogues can hold it. */

import { dictionary } from "./dictionary.js";
import { Translator } from "./translator.js";

const translator = new Translator(dictionary);

/** A text that `say` is given later, from where it stands.  @param {string} text */
export const mark = (text) => text;

export const say = translator.say.bind(translator);
export const counted = translator.counted.bind(translator);
export const sayKept = translator.sayKept.bind(translator);
export const formatNumber = translator.number.bind(translator);
export const formatted = translator.formatted.bind(translator);
export const formatDigits = translator.digits.bind(translator);
export const countryName = translator.country.bind(translator);
export const placeName = translator.place.bind(translator);
export const routeName = translator.route.bind(translator);
export const initials = translator.initials.bind(translator);
export const capitalized = translator.capitalized.bind(translator);
