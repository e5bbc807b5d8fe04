"""What a person sees on the machine's screen: filled areas of a button's colour, and whether anything is drawn at all.

Nothing in here knows what a kiosk shows but the colours of its buttons (`src/kiosk/ui`).
"""

import re
from collections import namedtuple

# Some firmware, kernels and black screens have a few bright pixels: a drawn screen has mostly bright ones.
DARK = 24
DRAWN_SHARE = 0.5
ACCEPT, END, PLAIN = (30, 112, 68), (172, 44, 36), (255, 255, 255)
TOLERANCE = 6
LEAST_BUTTON = (60, 40)
LEAST_FILL = 0.4
PIN_KEYS = 11
PANEL_SHARE = 0.3

Box = namedtuple("Box", "left top width height")


class Area:
    """Pixels of one colour that touch each other, as rows are read from the top."""

    def __init__(self):
        self.left, self.right, self.top, self.bottom, self.count, self.parent = 1 << 30, 0, 1 << 30, 0, 0, None

    def root(self) -> "Area":
        area = self
        while area.parent:
            area = area.parent
        return area

    def take(self, left: int, right: int, y: int):
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.top, self.bottom = min(self.top, y), max(self.bottom, y + 1)
        self.count += right - left

    def joined(self, other: "Area") -> "Area":
        """Both of them as one, which is this one's root."""
        mine, others = self.root(), other.root()
        if mine is not others:
            mine.left, mine.right = min(mine.left, others.left), max(mine.right, others.right)
            mine.top, mine.bottom = min(mine.top, others.top), max(mine.bottom, others.bottom)
            mine.count += others.count
            others.parent = mine
        return mine

    def box(self) -> Box:
        return Box(self.left, self.top, self.right - self.left, self.bottom - self.top)

    def is_button(self) -> bool:
        box = self.box()
        return (box.width >= LEAST_BUTTON[0] and box.height >= LEAST_BUTTON[1]
                and self.count > LEAST_FILL * box.width * box.height)


class Screen:
    """One picture of the machine's screen: width, height and rows of RGB bytes."""

    def __init__(self, ppm: bytes):
        magic, size, _depth, self.pixels = ppm.split(b"\n", 3)
        assert magic == b"P6", f"a screenshot of another kind: {magic!r}"
        self.width, self.height = (int(side) for side in size.split())

    def is_drawn(self) -> bool:
        """Whether most pixels, of a sample, are not nearly black."""
        sample = self.pixels[1 :: 3 * 61]
        return sum(value > DARK for value in sample) > DRAWN_SHARE * len(sample)

    def at(self, place: tuple) -> bytes:
        """The colour at x and y."""
        start = 3 * (place[1] * self.width + place[0])
        return self.pixels[start : start + 3]

    def boxes(self, colour: tuple) -> list:
        """The filled areas of one colour, from top to bottom, then from left to right."""
        mask, areas, above = self._mask(colour), [], []
        for y in range(self.height):
            row = mask[y * self.width : (y + 1) * self.width]
            runs = [[found.start(), found.end(), None] for found in re.finditer(b"\1+", row)]
            for run in runs:
                for area in {id(other[2].root()): other[2].root() for other in above
                             if other[0] < run[1] and run[0] < other[1]}.values():
                    run[2] = area.joined(run[2]) if run[2] else area
                if run[2] is None:
                    run[2] = Area()
                    areas.append(run[2])
                run[2].root().take(run[0], run[1], y)
            above = runs
        found = [area.box() for area in areas if area.parent is None and area.is_button()]
        return sorted(found, key=lambda box: (box.top, box.left))

    def _mask(self, colour: tuple) -> bytes:
        """A byte for each pixel: 1 where it is about this colour."""
        planes = []
        for channel, wanted in enumerate(colour):
            table = bytes(abs(value - wanted) <= TOLERANCE for value in range(256))
            planes.append(int.from_bytes(self.pixels[channel::3].translate(table), "big"))
        return (planes[0] & planes[1] & planes[2]).to_bytes(self.width * self.height, "big")

    def largest(self, colour: tuple):
        """The largest button of a colour, if there is one."""
        return max(self.boxes(colour), key=lambda box: box.width * box.height, default=None)

    def has_panel(self) -> bool:
        """Whether a panel of staff is open: white from top to bottom, with a button as wide as it, which no PIN pad has."""
        white = self.boxes(PLAIN)
        panel = next((box for box in white if box.height > 0.9 * self.height and box.width > PANEL_SHARE * self.width), None)
        return bool(panel) and any(box is not panel and box.width > 0.8 * panel.width for box in white)

    def pin_keys(self) -> list:
        """The keys of the PIN pad, 1 to 9, erase, 0; none where no pad is on the screen."""
        white = self.boxes(PLAIN)
        alike = [[other for other in white if abs(other.width - key.width) <= 8 and abs(other.height - key.height) <= 8]
                 for key in white]
        keys = max(alike, key=len, default=[])
        # Rows may differ by some pixels.
        keys.sort(key=lambda key: (key.top // 16, key.left))
        return keys if len(keys) == PIN_KEYS else []
