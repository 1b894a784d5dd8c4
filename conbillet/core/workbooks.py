"""Rows as an Excel workbook (Office Open XML), written while they are read: memory does not grow with the rows.

By hand, because the libraries for it take three times as long: one sheet, a bold and frozen first row, texts, days,
moments and amounts. Texts are stored as texts, so no program takes one for a formula; those that could become one when
somebody edits the cell carry the mark that an apostrophe leaves in Excel (`quotePrefix`).
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from html import escape

from .clock import COPENHAGEN
from .spreadsheets import RISKY

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Characters that XML 1.0 has no place for.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NEEDS_CARE = re.compile("[<>&\"'\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = date(1899, 12, 30).toordinal()
_DAY, _MOMENT, _AMOUNT, _BOLD, _QUOTED = 1, 2, 3, 4, 5
_PORTION = 64 * 1024


class Ore(int):
    """An amount in øre, shown in kroner with two decimals."""


_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\-mm\\-yyyy"/><numFmt numFmtId="165" formatCode="dd\\-mm\\-yyyy\\ hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="6"><xf xfId="0"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" numFmtId="165" applyNumberFormat="1"/><xf xfId="0" numFmtId="4" applyNumberFormat="1"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" quotePrefix="1"/></cellXfs></styleSheet>',
}


def workbook(rows: Iterable[Sequence[object]], *, sheet: str, widths: Sequence[int]) -> Iterator[bytes]:
    """The workbook's bytes in portions. The first row is the heading; `widths` are in characters, for each column.

    Cells: None, texts, whole numbers, `Ore`, days, and instants, which are written as Copenhagen's clock shows them.
    """
    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in {**_PARTS, "xl/workbook.xml": _book(sheet)}.items():
            package.writestr(name, _HEAD + content)
        with package.open("xl/worksheets/sheet1.xml", "w") as part:
            pieces, size = [_HEAD, _sheet_head(widths)], 0
            for number, row in enumerate(rows):
                line = "".join([_cell(value) if number else _heading(value) for value in row])
                pieces += ("<row>", line, "</row>")
                size += len(line)
                if size > _PORTION:
                    part.write("".join(pieces).encode())
                    pieces, size = [], 0
                    yield out.taken()
            part.write("".join([*pieces, "</sheetData></worksheet>"]).encode())
    yield out.taken()


def _book(sheet: str) -> str:
    # Excel allows 31 characters, and not these.
    name = escape(re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31].strip() or "1")
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>'


def _sheet_head(widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, start=1)
    )
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews><cols>{columns}</cols><sheetData>'


def _heading(value: object) -> str:
    return f'<c s="{_BOLD}" t="inlineStr"><is><t>{_safe(str(value))}</t></is></c>'


def _cell(value: object) -> str:
    if not value and (value is None or value == ""):
        return "<c/>"
    if isinstance(value, str):
        style = f' s="{_QUOTED}"' if RISKY.match(value) else ""
        return f'<c{style} t="inlineStr"><is><t xml:space="preserve">{_safe(value)}</t></is></c>'
    if isinstance(value, Ore):
        sign = "-" if value < 0 else ""
        return f'<c s="{_AMOUNT}"><v>{sign}{abs(value) // 100}.{abs(value) % 100:02d}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, datetime):
        local = value.astimezone(COPENHAGEN)
        part = (local.hour * 3600 + local.minute * 60 + local.second) / 86_400
        return f'<c s="{_MOMENT}"><v>{local.toordinal() - _EPOCH + part:.6f}</v></c>'
    if isinstance(value, date):
        # Excel knows no days before 1900.
        return (
            f'<c s="{_DAY}"><v>{value.toordinal() - _EPOCH}</v></c>' if value.year >= 1900 else _cell(value.isoformat())
        )
    raise TypeError(f"a workbook has no cell for {type(value).__name__}")


def _safe(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text)) if _NEEDS_CARE.search(text) else text


class _Pipe(io.RawIOBase):
    """A file that forgets what was taken from it; it cannot be rewound, which `zipfile` notices and allows for."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # as the library calls it
        self._waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found = b"".join(self._waiting)
        self._waiting.clear()
        return found
