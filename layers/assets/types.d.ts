/* What the server answers and what the parts hand each other. */

import type * as Leaflet from "leaflet";

declare module "leaflet" {
  /** What our canvases take from Leaflet's own renderer beside its public side. */
  interface Renderer {
    _map: Leaflet.Map;
    _bounds: Leaflet.Bounds & { min: Leaflet.Point; max: Leaflet.Point };
    _container: HTMLCanvasElement;
    _update(): void;
  }
  interface Map {
    _animatingZoom?: boolean;
  }
}

declare global {
  /** The browser's own history of a frame; not yet in the library of TypeScript. */
  interface Window {
    navigation?: EventTarget;
    monitor?: import("./monitor.js").Monitor;
  }
}

export type Pair = [number, number];
/** left, top, right, bottom */
export type Box = [number, number, number, number];
/** A line as x, y of its points. */
export type Line = Pair[];
/** [first, last, count] */
export type Span = [number, number, number];
export type Kept = import("./translator.js").Kept;

export type Mode = "land" | "sea" | "air";
export type Role = "source" | "transit" | "destination";
export type Unit = "day" | "week" | "month" | "quarter" | "year";

/** Where a canvas lies: scale and shift from Mercator units to CSS pixels, one shift east for each copy of the world in sight. */
export interface Frame {
  scale: number;
  dy: number;
  copies: number[];
  ratio: number;
  width: number;
  height: number;
}

export interface CanvasOptions {
  /** Of its pane: what lies higher is drawn over what lies lower. */
  zIndex: number;
  padding?: number;
}

/** As in layers/palette.toml. */
export interface Theme {
  sea: string;
  land: string;
  coast: string;
  border: string;
  graticule: string;
  name: string;
  halo: string;
  panel: string;
  text: string;
  muted: string;
  line: string;
  track: string;
  bar: string;
  accent: string;
  on_accent: string;
  on_role: string;
  casing: string;
  alert: string;
  alert_back: string;
  ramp: string[];
  ramp_alpha: number[];
  mode: Record<string, string>;
  role: Record<Role, string>;
  change: Record<string, string>;
  spot: Record<Heat, string>;
}

export interface Palette {
  breaks: number[];
  dash: Record<Mode, number[]>;
  light: Theme;
  dark: Theme;
}

/** An own layer, as `/data/own` lists it. */
export interface OwnLayer {
  id: string;
  name: string;
  kind: "vector" | "xyz" | "wms" | "wmts" | "pmtiles";
  place: "overlay" | "base";
  credit: string;
  colour: string;
  width: number;
  fill: number;
  dash: "solid" | "dashed" | "dotted";
  shown: boolean;
  /** The nearest for which there are tiles. */
  most_zoom: number;
  address: string;
  /** Names of those of a WMS. */
  layers: string;
}

export interface OwnFeature {
  properties: { label?: string };
  geometry:
    | { type: "Point"; coordinates: Pair }
    | { type: "MultiPoint" | "LineString"; coordinates: Pair[] }
    | { type: "MultiLineString" | "Polygon"; coordinates: Pair[][] }
    | { type: "MultiPolygon"; coordinates: Pair[][][] };
}

/** The hooks that are told to every part without more. */
export type Told =
  | "themeChanged"
  | "pictureChanged"
  | "windowChanged"
  | "settled"
  | "rested"
  | "selectionChanged"
  | "layersChanged"
  | "countriesChanged"
  | "legendChanged"
  | "ticked";

/** What lies at a point of the map. */
export interface Hit {
  /** The part that is told while the pointer is over it, and by what name. */
  part: import("./part.js").Hooks;
  id: string | null;
  /** The lines of its tip. */
  words: string[];
  /** What a click does. */
  open(): void;
}

export interface LegendRow {
  kind: "row";
  swatch: Swatch;
  text: string;
  /** What stands in bold before the text, a letter before it, and a number at the right. */
  strong?: string;
  tag?: Tag;
  count?: string;
}

/** What the legend shows, in its panel and on a picture. */
export type LegendItem =
  | LegendRow
  | { kind: "note"; text: string; state?: boolean }
  | { kind: "group"; name: "hubs" | "roles"; rows: LegendRow[] }
  | { kind: "ramp"; steps: { colour: string; text: string }[] };

/** The items of one layer, or of lines of all of them: told where the layer is shown, on a picture under its name. */
export interface LegendSection {
  layer: import("./state.js").LayerName | null;
  heading?: string;
  /** What of the layer may change while the legend stands. */
  own?: boolean;
  /** Whether a picture tells it whatever is shown. */
  told?: boolean;
  items: LegendItem[];
}

export interface Swatch {
  width: number;
  height: number;
  paint(context: CanvasRenderingContext2D): void;
}

export interface Tag {
  letter: string;
  colour: string;
}

// The base map ---------------------------------------------------------------------------------------------------------

export interface CountryFeature {
  properties: { iso3: string; name: string; label: Pair; extent: number };
  geometry: { type: "Polygon"; coordinates: Line[] } | { type: "MultiPolygon"; coordinates: Line[][] };
}

export interface Ring {
  flat: Float64Array;
  box: Box;
}

export interface Country {
  iso3: string;
  name: string;
  shown: string;
  extent: number;
  rings: Ring[];
  place: Pair;
}

// The snapshot, as in layers/payload/snapshot.py -----------------------------------------------------------------------

export interface CountryShare extends Partial<Record<Role, number>> {
  iso3: string;
  role: Role;
}

export interface CorridorProperties {
  corridor_id: string;
  name: string;
  /** The names that it bore before, "; " between them; not told to every audience. */
  formerly?: string | null;
  layer: "routes" | "ridges";
  mode: Mode;
  route?: string;
  incidents: number;
  people: number;
  passing: number;
  flow: number;
  detail: number;
  band_km: number;
  length_km: number;
  inferred_km: number;
  confidence: "high" | "medium" | "low" | null;
  support: number | null;
  synthetic: boolean;
  method_version: string;
  direction: "one-way" | "two-way" | "unclear" | null;
  direction_basis: Kept;
  countries: CountryShare[];
  origins: Record<string, number> | null;
  destinations: Record<string, number> | null;
}

export interface CorridorFeature {
  properties: CorridorProperties;
  geometry: { type: "LineString"; coordinates: Line } | { type: "MultiLineString"; coordinates: Line[] };
  stretches: { observed: Line[]; inferred: Line[] } | null;
  /** [day on which a step begins, incidents] */
  counts: Pair[];
  lasting: Span[];
}

/** What is drawn as a line on the map. */
export interface DrawnLine {
  id: string;
  title: string;
  mode: string;
  lines: Line[];
  observed: Line[];
  inferred: Line[];
  band_km: number;
  lat: number;
}

export interface Corridor extends Omit<CorridorProperties, "direction">, DrawnLine {
  mode: Mode;
  ends: string;
  /** "formerly ..." in words, "" for a route that was never renamed. */
  earlier: string;
  faint: boolean;
  /** 1 along the line, -1 against it, 2 both ways, 0 unknown. */
  direction: number;
  direction_words: string | null;
  total(from: number, to: number): number;
}

/** A line in one copy of the world, in pixels. */
export interface Shape<Drawn extends DrawnLine = Corridor> {
  corridor: Drawn;
  lines: Line[];
  band: number;
  path: Path2D;
  observed: Path2D;
  inferred: Path2D;
}

export interface ActiveShape extends Shape {
  incidents: number;
  quiet: boolean;
  share: number;
  /** Of a ribbon: the routes that it stands for, the most important first. */
  members?: Corridor[];
}

export interface LevelEntry {
  resolution: number;
  hexes: number;
  entries: number;
  corners: string;
  cells: string;
  counts: string;
  lasting: string | null;
}

export interface Hub {
  name: string;
  lon: number;
  lat: number;
  leaving: number;
  landing: number;
}

export type HubRole = "departure" | "landing" | "both";

export interface Manifest {
  version: number;
  /** The route into which each one that is no more was merged, by their ids. */
  heirs?: Record<string, string>;
  query: string;
  stage: "hexes" | "routes";
  routed: boolean;
  routes_of?: number;
  method_version: string;
  facts: string | null;
  synthetic: boolean;
  /** The highest handling mark of what is drawn, "" for none. */
  handling: string;
  /** So many steps, to the latest, are the window at first. */
  opens?: number;
  incidents: number;
  unit: Unit;
  edges: number[];
  totals: number[];
  lasting: Span[];
  levels: LevelEntry[];
  hubs: Hub[];
  landings: Record<string, number>;
  corridors: CorridorFeature[];
  countries: Record<string, string>;
  edge_km: number[];
}

export interface ExportPreview {
  name: string;
  bytes: number;
  incidents: number;
  withheld: number;
  routes: number;
  marking: string;
  rows: { layer: string; rows: number }[];
}

export interface Shared {
  share_id: string;
  title: string;
  audience: string;
  state: "stands" | "expired" | "withdrawn";
  expires_at: string;
  opened: number;
  live: boolean;
}

export interface WatchList {
  id: string;
  name: string;
  channel: string;
  to: string;
  areas: { name: string }[];
  routes: string[];
  countries: string[];
  pairs: [string, string][];
  view: string;
  told: number;
  state: "" | "waiting" | "sent" | "given up" | "withdrawn";
  fault: string;
  muted_until: string;
}

export interface SavedView {
  view_id: string;
  name: string;
  owner: string;
  query: string;
  shared: boolean;
  made_at: string;
  own: boolean;
  deletable: boolean;
}

export interface WatchListsAnswer {
  watches: WatchList[];
  /** Whether a server of e-mail is set. */
  mail: boolean;
}

export interface Briefing {
  id: string;
  title: string;
  audience: string;
  language: string;
  schedule: string;
  state: "draft" | "final";
  version: number;
  /** Version of the briefing before, null for none. */
  before: number | null;
  final_at: string;
  marking: string;
  count: number;
  /** The day from which on the next draft is made, "" without a schedule. */
  due: string;
  followed: boolean;
}

export interface BriefingsAnswer {
  briefings: Briefing[];
}

export interface BriefingPage {
  id: string;
  kind: "view" | "changes";
  query: string;
  heading: string;
  note: string;
  annotations: { kind: string; label: string }[];
}

export interface Note {
  at: string;
  by: string;
  why: string;
}

export interface ChangeNotes {
  watches: string[];
  note: Note | null;
}

export interface Head {
  version: number | null;
  facts: string;
  trouble?: string;
  network: string | null;
  building: string | null;
  /** Another one whenever an own layer is. */
  own?: string;
  /** What who looks may do. */
  may: string[];
}

// What is computed only once the routes stand ------------------------------------------------------------------------

/** Any answer may say instead that there is too little to compute from. */
export interface Answer {
  ledger: number;
  insufficient?: string;
  values?: Record<string, Kept>;
}

export type ChangeState = "born" | "growing" | "fading" | "gone" | "shifted" | "steady" | "not testable" | "not reported";

export interface Shift {
  km: number;
  low: number;
  high: number;
  towards: string;
}

export interface ChangeEntry {
  id: string;
  name: string;
  mode: string;
  state: ChangeState;
  synthetic: boolean;
  rate: Kept;
  shift: Shift | null;
  support: number | null;
  before: number;
  after: number;
  ratio: number | null;
  low: number | null;
  reason: Kept;
  lines: Line[];
}

export interface Change extends ChangeEntry, DrawnLine {
  /** Whether it changed, beyond what chance explains. */
  news: boolean;
  short: string;
}

export type HeadlineAnswer = Answer & ({ before: null } | Headline);

export interface Headline {
  /** All incidents of the time that is compared with. */
  before: number;
  window: string;
  verdict: string;
  /** So many times as many a month, of what can be compared; null where no clear rise or fall is told. */
  times: number | null;
  reason: Kept;
}

export interface ChangesAnswer extends Answer {
  corridors?: ChangeEntry[];
  windows: { before: string; after: string };
  link: string;
}

export type Heat = "hot" | "cold";
export type Pattern = "new" | "consecutive" | "intensifying" | "persistent" | "diminishing" | "sporadic" | "oscillating" | "historical";

export interface SpotEntry {
  cell: string;
  heat: Heat;
  pattern: Pattern;
  hot: number;
  cold: number;
  of: number;
  corners: number[];
}

export interface Spot extends SpotEntry {
  id: string;
}

export interface HotspotsAnswer extends Answer {
  spots?: SpotEntry[];
  window: string;
  resolution: number;
}

export type AlertKind = "alarm-more" | "alarm-fewer" | "area";

export interface Alert {
  key: string;
  kind: AlertKind;
  date: string;
  place: Kept;
  mode: string;
  why: Kept;
  verdict?: string;
  since?: string;
  level?: string;
  confidence?: "high" | "medium" | "low";
  incidents?: number;
  rests_on?: string[];
  at?: Pair;
  box?: Box | null;
  corridors?: string[];
  /** Of a watch area: how the address spells it, and the version of the ledger that brought the incidents. */
  area?: string;
  version?: number;
}

export interface ExpectedMonth {
  month: string;
  reported: number;
  expected: number;
  high: number;
}

export interface AlertsAnswer extends Answer {
  alerts?: Alert[];
  known_up_to?: string;
  months?: ExpectedMonth[];
}

export interface WatchArea {
  name: string;
  text: string;
  corners: Pair[];
  /** Incidents that came in since this viewer last looked. */
  late?: number;
}

export interface AreaCounts {
  area: string;
  counts: number[];
  lasting: Span[];
  /** [version, incidents] */
  arrived: Pair[];
}

export interface AreasAnswer extends Answer {
  areas: AreaCounts[];
}

export interface Source {
  name: string;
  at: string;
  usual: number | null;
}

export interface FreshnessAnswer extends Answer {
  taken?: string;
  latest: string;
  late_after: number;
  sources: Source[];
  more?: number;
}

/** The facts of one incident. */
export interface Facts {
  key: string;
  id: string;
  time: string;
  until?: string | null;
  mode: string;
  kind: string | null;
  iso3: string;
  country: string | null;
  people: number | null;
  precision_km: number;
  source: string;
}

/** Some incidents as one mark; `wide` where its ring is wider than a mark may be. */
export interface IncidentMark {
  x: number;
  y: number;
  ring: number;
  radius: number;
  badge: number;
  count: number;
  mode: string;
  members: number[];
  wide: boolean;
}

/** What a search finds. */
export interface Found {
  kind: "Position" | "Routes" | "Countries" | "Places";
  name: string;
  detail: string;
  go(): void;
}

export interface View {
  lat: number;
  lon: number;
  zoom: number;
}
