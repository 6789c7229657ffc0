"""The figures as a picture: of what its target allows, how much each uses."""

from collections.abc import Sequence
from html import escape

from benchmarks.figures import Figure

_ROW, _NAMES, _SCALE, _MOST = 26, 470, 130, 4.0
_HEAD, _FOOT = 44, 16
_NUMBER = 40
"""As wide as a number behind its bar; one that would lie on the line stands behind that."""
_MET, _MISSED = "#1b6e3c", "#b3261e"


def plot(figures: Sequence[Figure]) -> str:
    """An SVG, a bar a figure that has a target; the line is where the target is just met."""
    shown = [(figure, figure.used) for figure in figures if figure.used is not None]
    width, height = _NAMES + int(_SCALE * _MOST) + 80, _HEAD + _ROW * len(shown) + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_NAMES}" y="18" fill="#333">of what the target allows; '
        "up to the line it is met</text>",
    ]
    for row, (figure, used) in enumerate(shown):
        top, length = _HEAD + row * _ROW, _SCALE * min(used, _MOST)
        colour = _MET if used <= 1 else _MISSED
        behind = _SCALE if _SCALE - _NUMBER < length < _SCALE else length
        parts += [
            f'<text x="{_NAMES - 8}" y="{top + 15}" text-anchor="end" fill="#111">'
            f"{escape(figure.name.replace('`', ''))}</text>",
            f'<rect x="{_NAMES}" y="{top + 3}" width="{length:.0f}" height="{_ROW - 8}" '
            f'fill="{colour}"/>',
            f'<text x="{_NAMES + behind + 6:.0f}" y="{top + 15}" fill="#111">{used:.2f}</text>',
        ]
    line = _NAMES + _SCALE
    parts += [
        f'<line x1="{line}" y1="{_HEAD - 14}" x2="{line}" y2="{height - _FOOT}" '
        'stroke="#111" stroke-width="2"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
