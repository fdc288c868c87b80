/* Alerts: what is new, newest first, each to fly to and to mark as seen; what was seen is kept by this viewer's browser alone. */

/** Move the map to what is asked for; at once where less motion is wanted. */
export const fly = (map, bounds) => {
  const options = { paddingTopLeft: [380, 40], paddingBottomRight: [40, 170], maxZoom: 8 };
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map.fitBounds(bounds, { ...options, animate: false });
  else map.flyToBounds(bounds, { ...options, duration: 0.9 });
};
