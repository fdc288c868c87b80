/* Where answers come from: the server of this page. A map that is frozen into a file has `frozen.js` in this place. */

/** Whether a server answers, so that files, searches and other pages can be had from it. */
export const live = true;

/** @param {string} address  @param {RequestInit} [options]  @returns {Promise<Response>} */
export const ask = (address, options) => fetch(address, options);
