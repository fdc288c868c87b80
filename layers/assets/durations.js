/* Lengths of time in words. */

import { counted, say } from "./text.js";

/** "40 seconds", "5 minutes", "3 hours", "12 days"  @param {number} seconds */
export const duration = (seconds) => {
  /** @param {number} size */
  const many = (size) => Math.max(1, Math.floor(seconds / size));
  if (seconds >= 86400) return counted("{count} day", "{count} days", many(86400));
  if (seconds >= 3600) return counted("{count} hour", "{count} hours", many(3600));
  if (seconds >= 60) return counted("{count} minute", "{count} minutes", many(60));
  return counted("{count} second", "{count} seconds", many(1));
};

/** @param {number} seconds */
export const ago = (seconds) => (seconds < 60 ? say("just now") : say("{span} ago", { span: duration(seconds) }));
