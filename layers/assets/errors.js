/* What went wrong, for whoever looks. */

import { say } from "./text.js";

/** Whether a request was taken back by ourselves.  @param {unknown} error */
export const wasAborted = (error) => error instanceof DOMException && error.name === "AbortError";

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** The error that an answer other than good stands for, in the words of the server.  @param {Response} answer */
export const refusal = async (answer) => {
  const said = await answer.json().catch(() => ({}));
  return new Error(said.error ?? say("The server answered {status}.", { status: String(answer.status) }));
};
