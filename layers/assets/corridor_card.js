/* What is under the pointer, and the card of what was clicked: a corridor or a hex. */

import { mark, say } from "./text.js";

/** A hub in words. */
export const hubWords = ({ hub, role }) => [
  say("near {place}", { place: hub.name }),
  { departure: say("boats put out here"), landing: say("boats land here"), both: say("boats put out and land here") }[role],
];

/** What has a share, and the share in whole percent. */
export const shareWords = (name, share) => say("{name} {share}\u00a0%", { name, share: Math.round(share * 100) });

/** How sure a corridor is, in words. */
export const sureness = ({ mode, confidence, support }) => {
  if (mode === "air") return say("confidence not computed: a flight is drawn as its incidents name it");
  if (support === null) return say("confidence not computed");
  return say(CONFIDENCE[confidence], { redraws: Math.round(100 * support) });
};

export const CONFIDENCE = {
  high: mark("confidence high: comes back in {redraws} of 100 redraws"),
  medium: mark("confidence medium: comes back in {redraws} of 100 redraws"),
  low: mark("confidence low: comes back in {redraws} of 100 redraws"),
};
