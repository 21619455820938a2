"""Small drawings of what a one-click experiment will show, for its card: no numbers, only the shape of the picture."""

from lab.charts.style import BLUE, GREY, VERMILION

LINE = 'fill="none" stroke-width="5" stroke-linecap="round"'
SHAPES = {
    "curves": f'<path d="M16 14 Q26 66 144 70" stroke="{BLUE}" {LINE}/>'
    f'<path d="M16 14 Q60 56 144 58" stroke="{VERMILION}" stroke-dasharray="10 8" {LINE}/>',
    "sweep": f'<path d="M16 24 Q60 74 144 76" stroke="{BLUE}" {LINE}/>'
    f'<path d="M16 20 Q70 92 144 24" stroke="{VERMILION}" stroke-dasharray="10 8" {LINE}/>',
    "band": f'<path d="M16 12 Q40 62 144 28 L144 60 Q44 80 16 22 Z" fill="{VERMILION}" opacity="0.25"/>'
    f'<path d="M16 16 Q42 72 144 44" stroke="{VERMILION}" {LINE}/>',
    "bars": "".join(
        f'<rect x="16" y="{14 + 22 * place}" width="{width}" height="14" fill="{VERMILION if place == 1 else BLUE}"/>'
        for place, width in enumerate((118, 52, 84))
    ),
    "scores": "".join(
        f'<rect x="{20 + 22 * place}" y="{78 - height}" width="14" height="{height}" fill="{colour}"/>'
        for place, (height, colour) in enumerate(
            ((56, BLUE), (22, VERMILION), (40, BLUE), (16, VERMILION), (60, BLUE), (34, BLUE))
        )
    ),
    "map": "".join(
        f'<rect x="{20 + 31 * column}" y="{10 + 23 * row}" width="28" height="20" fill="{BLUE}" '
        f'opacity="{0.15 + 0.8 * (1 - abs(column - row) / 3):.2f}"/>'
        for row in range(3)
        for column in range(4)
    ),
}


def sketch(picture: str) -> str:
    """The drawing of a picture, as SVG."""
    axes = f'<path d="M10 6 V84 H150" fill="none" stroke="{GREY}" stroke-width="2"/>'
    box = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90" width="160" height="90"'
    return f"<svg {box}>{axes}{SHAPES[picture]}</svg>"
