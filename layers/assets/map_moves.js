/* Moves of the map to what is asked for. */

/** Whether motion is to be kept small. */
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Move the map to what is asked for; at once where less motion is wanted.  @param {L.Map} map  @param {L.LatLngBounds} bounds  @param {L.FitBoundsOptions} options */
export const moveTo = (map, bounds, options) => {
  if (still()) map.fitBounds(bounds, { ...options, animate: false });
  else map.flyToBounds(bounds, { ...options, duration: 0.9 });
};

/** Between the list and the detail where there is room for both, and above the time bar.  @param {L.Map} map  @param {L.LatLngBounds} bounds */
export const fly = (map, bounds) => {
  const { x: width } = map.getSize();
  const [left, right] = width > 1100 ? [380, 380] : width > 760 ? [380, 40] : [40, 40];
  moveTo(map, bounds, { paddingTopLeft: [left, 40], paddingBottomRight: [right, 170], maxZoom: 8 });
};
