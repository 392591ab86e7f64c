"""SVG as text: elements with escaped attributes and coordinates cut to a tenth of a pixel, so that bytes repeat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

Point = tuple[float, float]


def coordinate(value: float) -> str:
    """A tenth of a pixel: `12`, `12.5`, never `-0`."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def element(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """One element; `class_` and `text_anchor` mean `class` and `text-anchor`, None leaves an attribute out.

    Children that are not `Markup` are escaped.
    """
    shown = (
        (key.rstrip("_").replace("_", "-"), value if isinstance(value, str) else coordinate(value))
        for key, value in attributes.items()
        if value is not None
    )
    head = "".join(f' {key}="{escape(value)}"' for key, value in shown)
    inside = Markup("").join(children)
    return Markup(f"<{name}{head}>{inside}</{name}>" if inside else f"<{name}{head}/>")


def group(children: Iterable[str], **attributes: str | float | None) -> Markup:
    """A `<g>` around the children."""
    return element("g", *children, **attributes)


def picture(width: float, height: float, label: str, *children: str) -> Markup:
    """The outermost element: drawn in units of `width` x `height`, as wide as its place, and read out as `label`."""
    box = f"0 0 {coordinate(width)} {coordinate(height)}"
    head = Markup('<svg viewBox="{}" role="img" aria-label="{}">').format(box, label)
    return head + Markup("").join(children) + Markup("</svg>")


def line_path(points: Sequence[Point | None]) -> str:
    """The `d` of a line through the points; None breaks it, and a point between two breaks is a dot."""
    parts: list[str] = []
    pen_is_down = False
    for at, point in enumerate(points):
        if point is None:
            pen_is_down = False
            continue
        parts.append(f"{'L' if pen_is_down else 'M'}{coordinate(point[0])} {coordinate(point[1])}")
        is_alone = not pen_is_down and (at + 1 == len(points) or points[at + 1] is None)
        if is_alone:
            parts.append("h0")  # with round caps a line of no length is a dot
        pen_is_down = True
    return "".join(parts)


def box_path(left: float, top: float, width: float, height: float) -> str:
    """The `d` of a rectangle, to draw hundreds of bars as one element."""
    return f"M{coordinate(left)} {coordinate(top)}h{coordinate(width)}v{coordinate(height)}h{coordinate(-width)}z"
