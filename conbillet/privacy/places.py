"""Files of an installation that no declaration knows: found by looking, as tables are in the database."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from conbillet.core.data_map import DataMap

# Not about people; or the database itself, whose tables are declared one by one; or what a developer's checkout has beside them.
NOTHING_PERSONAL = ("postgres/**", "static/**", "browser/**", "test/**", "bench/**")


def unknown_files(map_: DataMap, data: Path, keys: Path) -> list[str]:
    """Folder by folder, what lies below the data folder or the keys' without a declaration; one of each folder is told."""
    patterns = [*NOTHING_PERSONAL, *(pattern for one in map_.streams.values() for pattern in one.place.split())]
    found: dict[str, str] = {}
    for name in sorted(_files(data, keys)):
        if not any(_is_in(name, pattern) for pattern in patterns):
            found.setdefault(PurePosixPath(name).parent.as_posix(), name)
    return [f"{name}: a file that no declaration knows" for name in found.values()]


def _files(data: Path, keys: Path) -> Iterator[str]:
    for root, before in ((data, ""), (keys, "keys/")):
        inside: Iterable[Path] = root.rglob("*") if root.is_dir() else ()
        for path in inside:
            name = before + path.relative_to(root).as_posix()
            if path.is_file() and not (not before and path.is_relative_to(keys)):
                yield name


def _is_in(name: str, pattern: str) -> bool:
    """`folder/**` is everything below; otherwise as far as the pattern goes, one name for each `*`."""
    if pattern.endswith("/**"):
        return name.startswith(pattern.removesuffix("**"))
    return len(PurePosixPath(name).parts) == len(PurePosixPath(pattern).parts) and PurePosixPath(name).match(pattern)
