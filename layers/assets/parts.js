/* The parts of the map that the page may ask for, by the names that layers/map/components.py gives them. */

export { Absent } from "./absent.js";
export { Actions } from "./actions.js";
export { Alerts } from "./alerts.js";
export { Arrivals } from "./arrivals.js";
export { Banner } from "./banner.js";
export { BaseMap } from "./base_map.js";
export { Camera } from "./camera.js";
export { Card } from "./card.js";
export { Changes } from "./changes.js";
export { Bands, Corridors } from "./corridors.js";
export { Countries } from "./countries.js";
export { Degrees, Graticule } from "./graticule.js";
export { Hexes } from "./hexes.js";
export { Hotspots } from "./hotspots.js";
export { Hubs } from "./hubs.js";
export { Incidents } from "./incidents.js";
export { Keys } from "./keyboard.js";
export { Labels } from "./labels.js";
export { Legend } from "./legend.js";
export { Ranking } from "./ranking.js";
export { Scale } from "./scale_bar.js";
export { Search } from "./search.js";
export { Status } from "./status.js";
export { TimeBar } from "./time_bar.js";
export { Watch } from "./watch.js";
