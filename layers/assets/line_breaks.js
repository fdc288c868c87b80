/* Texts broken into lines. */

/** The lines of a text, each as long as fits; a word that is too long has one of its own.  @param {string} text  @param {(line: string) => boolean} fits */
export const brokenInto = (text, fits) => {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    const longer = `${last} ${word}`.trim();
    if (last && !fits(longer)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
};
