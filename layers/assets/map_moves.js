/* Moves of the map to what is asked for. */

/** Whether motion is to be kept small. */
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Move the map to what is asked for; at once where less motion is wanted.  @param {L.Map} map  @param {L.LatLngBounds} bounds  @param {L.FitBoundsOptions} options */
export const moveTo = (map, bounds, options) => {
  if (still()) map.fitBounds(bounds, { ...options, animate: false });
  else map.flyToBounds(bounds, { ...options, duration: 0.9 });
};

/** Beside the panels at the left and above the time bar.  @param {L.Map} map  @param {L.LatLngBounds} bounds */
export const fly = (map, bounds) => moveTo(map, bounds, { paddingTopLeft: [380, 40], paddingBottomRight: [40, 170], maxZoom: 8 });
