/* The search box: a country, a place of the gazetteer, a route of the picture or a position, and the way there. */

/** Words without case, accents and punctuation, as names are compared; as in geodata/places.py.  @param {string} words */
export const folded = (words) =>
  [...words.toLowerCase()]
    .map((letter) => PLAIN_LETTERS.get(letter) ?? letter)
    .join("")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const PLAIN_LETTERS = new Map([
  ["ß", "ss"], ["ø", "o"], ["ł", "l"], ["đ", "d"], ["ð", "d"], ["ı", "i"], ["æ", "ae"], ["œ", "oe"], ["þ", "th"], ["ə", "e"],
]);
