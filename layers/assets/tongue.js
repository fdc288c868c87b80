/* Tells the browser in which language a page of the dashboard is, and which way it is read. */
export default function ({ data }) {
  document.documentElement.lang = data.language;
  document.documentElement.dir = data.direction;
}
