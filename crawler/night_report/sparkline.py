"""Draw the small line of a site's nights: as short as possible, since a page may hold hundreds of them."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT = 90, 16


def draw_sparkline(values: Sequence[float | None]) -> str:
    """Return an SVG with a line through the values, "" if fewer than two are known. It breaks where one is unknown."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    top = max(*known, 1)
    step = _WIDTH / (len(values) - 1)
    path: list[str] = []
    pen = "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{round(place * step)} {_HEIGHT - 1 - round((_HEIGHT - 2) * value / top)}")
        pen = "L" if pen == "M" else " "
    head = f'<svg class=s viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio=none aria-hidden=true>'
    return f'{head}<path d="{"".join(path)}"/></svg>'
