/* Names as they are compared. */

/** Words without case, accents and punctuation, as names are compared; as in geodata/places.  @param {string} words */
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
