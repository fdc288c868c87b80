"""PMTiles on the own disk: tiles by their place, through leaves too, and what is no archive of pictures is refused."""

import pytest

from geodata.core.errors import UnreadableFile
from geodata.readers.pmtiles import archive_of, tile_id
from tests.archives import archive, directory, packed, varint


def test_tiles_are_found_by_their_place_also_in_runs_and_leaves(tmp_path):
    leaf = directory((tile_id(2, 0, 0), 3, 4, 9))
    root = directory((0, 1, 4, 0), (1, 2, 5, 4), (tile_id(2, 0, 0), 0, len(leaf), 0))
    found = archive_of(archive(tmp_path, root, leaf, b"zerofirstleaf"))
    assert (found.media, found.most_zoom) == ("image/png", 2)
    assert found.tile(0, 0, 0) == b"zero"
    assert found.tile(1, 0, 0) == found.tile(1, 0, 1) == b"first"
    assert found.tile(1, 1, 1) is None
    assert found.tile(2, 1, 1) == b"leaf"
    assert found.tile(2, 3, 3) is found.tile(3, 0, 0) is found.tile(1, 2, 0) is found.tile(1, -1, 0) is None


@pytest.mark.parametrize(
    ("root", "kind", "said"),
    [
        (directory((0, 1, 4, 0)), 1, "its tiles are no pictures"),
        (b"no gzip", 2, "its directory cannot be read"),
        (packed(varint(10**9)), 2, "its directory claims more than it holds"),
        (packed(varint(2) + varint(0)), 2, "its directory cannot be read"),
    ],
    ids=["of vector tiles", "no gzip", "too long a directory", "half a directory"],
)
def test_what_is_no_archive_of_pictures_is_refused(tmp_path, root, kind, said):
    with pytest.raises(UnreadableFile, match=said):
        archive_of(archive(tmp_path, root, kind=kind))


def test_a_tile_beyond_the_end_of_an_archive_is_refused(tmp_path):
    file = archive(tmp_path, directory((0, 1, 40, 0)), tiles=b"zero")
    with pytest.raises(UnreadableFile, match="cut off"):
        archive_of(file).tile(0, 0, 0)
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(UnreadableFile, match="cut off"):
        archive_of(file)
    with pytest.raises(UnreadableFile, match="it cannot be opened"):
        archive_of(tmp_path / "none.pmtiles")
