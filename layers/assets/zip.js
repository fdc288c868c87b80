/* A ZIP of files that are stored as they are, as PNGs are compressed already. */

/** @typedef {{ name: Uint8Array<ArrayBuffer>, crc: number, size: number, at: number }} Entry */

export class Zip {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  parts = [];
  /** @type {Entry[]} */
  entries = [];

  static TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
  });

  constructor(made = new Date()) {
    this.size = 0;
    // Two seconds are the finest that the format knows.
    this.time = (made.getUTCHours() << 11) | (made.getUTCMinutes() << 5) | (made.getUTCSeconds() >> 1);
    this.date = ((made.getUTCFullYear() - 1980) << 9) | ((made.getUTCMonth() + 1) << 5) | made.getUTCDate();
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  static crc(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) value = Zip.TABLE[(value ^ byte) & 255] ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
  }

  /** Add one file; `content` is a Uint8Array.  @param {string} name  @param {Uint8Array<ArrayBuffer>} content */
  add(name, content) {
    const entry = { name: new TextEncoder().encode(name), crc: Zip.crc(content), size: content.length, at: this.size };
    this._push(this._head(0x04034b50, [20], entry), entry.name, content);
    this.entries.push(entry);
  }

  /** @returns {Blob} the files, their list and its end */
  blob() {
    const start = this.size;
    for (const entry of this.entries) this._push(this._head(0x02014b50, [20, 20], entry, entry.at), entry.name);
    const [count, length] = [this.entries.length, this.size - start];
    this._push(Zip.bytes([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, length], [4, start], [2, 0]]));
    return new Blob(this.parts, { type: "application/zip" });
  }

  /**
   * The head of a file, or with its place `at` its entry in the list; names are UTF-8, and nothing is compressed.
   * @param {number} signature  @param {number[]} versions  @param {Entry} given3  @param {number | null} [at]
   */
  _head(signature, versions, { name, crc, size }, at = null) {
    const common = [[2, 0x0800], [2, 0], [2, this.time], [2, this.date], [4, crc], [4, size], [4, size], [2, name.length], [2, 0]];
    const place = at === null ? [] : [[2, 0], [2, 0], [2, 0], [4, 0], [4, at]];
    return Zip.bytes([[4, signature], ...versions.map((version) => [2, version]), ...common, ...place]);
  }

  /** Numbers as little-endian bytes, from pairs of width and value.  @param {number[][]} numbers */
  static bytes(numbers) {
    return Uint8Array.from(numbers.flatMap(([width, value]) => Array.from({ length: width }, (_, byte) => (value >>> (8 * byte)) & 255)));
  }

  /** @param {Uint8Array<ArrayBuffer>[]} parts */
  _push(...parts) {
    this.parts.push(...parts);
    for (const part of parts) this.size += part.length;
  }
}
