"""QR pictures as SVG: black on white, with the quiet zone that scanners need, whatever the page around looks like."""

import re

import segno
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from conbillet.tickets.codes import PREFIX

QUIET_ZONE = 4
_DARK = re.compile(rb"\x01+")


def qr_svg(text: str, label: str, *, size: int = 280) -> SafeString:
    """An inline SVG of the QR code of `text`, `size` CSS pixels wide, read out as `label`.

    Ready for a template: no script, no style, no ids, so that several fit on one page.
    """
    modules, shapes = _drawn(text)
    attributes = f'role="img" aria-label="{escape(label)}" width="{int(size)}" height="{int(size)}" class="qr"'
    return mark_safe(  # noqa: S308 - the only foreign text is escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" {attributes} viewBox="0 0 {modules} {modules}" '
        f'shape-rendering="crispEdges">{shapes}</svg>'
    )


def qr_picture(text: str) -> str:
    """The same as a free-standing SVG file without a label, for documents that describe it themselves."""
    modules, shapes = _drawn(text)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules} {modules}">{shapes}</svg>'


def _drawn(text: str) -> tuple[int, str]:
    """The width in modules, quiet zone included, and the shapes. Error correction: medium (15 %)."""
    # A ticket's code is as good as random, so any mask spreads it well; trying all eight would take four times as long.
    mask = 0 if text.startswith(PREFIX) else None
    code = segno.make_qr(text, error="m", boost_error=False, mask=mask)
    modules = len(code.matrix) + 2 * QUIET_ZONE
    runs = "".join(
        f"M{run.start() + QUIET_ZONE} {y}.5h{run.end() - run.start()}"
        for y, row in enumerate(code.matrix, QUIET_ZONE)
        for run in _DARK.finditer(row)
    )
    return modules, f'<path fill="#fff" d="M0 0h{modules}v{modules}h-{modules}z"/><path stroke="#000" d="{runs}"/>'
