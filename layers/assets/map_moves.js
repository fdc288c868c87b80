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
  const { x: width, y: height } = map.getSize();
  const [left, right] = width > 1100 ? [380, 380] : [380, 40];
  // On a phone between the search and the sheet.
  const [start, end] = width > 760 ? [L.point(left, 40), L.point(right, 170)] : [L.point(24, 140), L.point(24, Math.min(height * 0.42 + 170, height - 200))];
  moveTo(map, bounds, { paddingTopLeft: start, paddingBottomRight: end, maxZoom: 8 });
};
