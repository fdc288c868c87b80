/* The texts of the reader's language. English stands in the code; for another language the page puts a file of its own in this place. */

/**
 * @typedef {object} Dictionary
 * @property {string} language
 * @property {string} direction "ltr" or "rtl"
 * @property {Record<string, string[]>} texts by their English, each with its forms
 * @property {Record<string, string>} countries names by code
 */

/** @type {Dictionary | null} */
export const dictionary = null;
