/* The texts of the reader's language. English stands in the code; for another language the page puts a file of its own in this place. */

/**
 * @typedef {object} Dictionary
 * @property {string} language
 * @property {string} direction "ltr" or "rtl"
 * @property {Record<string, string[]>} texts by their English, each with its forms
 * @property {Record<string, string>} countries names by code
 * @property {Record<string, string>} places what places and countries are called, by their English or local names
 */

/** @type {Dictionary | null} */
export const dictionary = null;
