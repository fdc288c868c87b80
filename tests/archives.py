"""Archives of tiles (PMTiles, version 3), written for tests as the specification lays them out."""

import gzip


def varint(number):
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    return bytes([*octets, number])


def packed(content):
    """Return the content in gzip without the hour of its writing, so that it is the same at each run."""
    return gzip.compress(content, mtime=0)


def directory(*entries: tuple):
    """Return a directory of entries: id, run length, length, offset."""
    ids = [one[0] for one in entries]
    steps = [now - before for before, now in zip([0, *ids], ids, strict=False)]
    columns = [steps, *([one[at] for one in entries] for at in (1, 2)), [one[3] + 1 for one in entries]]
    return packed(b"".join(map(varint, [len(entries), *(value for column in columns for value in column)])))


def archive(folder, root, leaves=b"", tiles=b"", kind=2, most=2):
    """Write an archive as the specification lays it out."""
    sections, at = b"", 127
    for content in (root, b"", leaves, tiles):
        sections += at.to_bytes(8, "little") + len(content).to_bytes(8, "little")
        at += len(content)
    head = b"PMTiles\x03" + sections + bytes(24) + bytes([1, 2, 1, kind, 0, most])
    file = folder / "chart.pmtiles"
    file.write_bytes(head.ljust(127, b"\0") + root + leaves + tiles)
    return file
