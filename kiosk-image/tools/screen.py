"""What a person sees on the machine's screen: filled areas of a button's colour, and whether anything is drawn at all.

Nothing in here knows what a kiosk shows but the colours of its buttons (`src/kiosk/ui`).
"""

from collections import namedtuple

# Some firmware, kernels and black screens have a few bright pixels: a drawn screen has mostly bright ones.
DARK = 24
ACCEPT, END, PLAIN = (30, 112, 68), (172, 44, 36), (255, 255, 255)
TOLERANCE = 6
# Only every so many pixels across and down are looked at; a button is far larger.
STEP = 4
LEAST_BUTTON = (60, 40)
LEAST_FILL = 0.4
PIN_KEYS = 11

Box = namedtuple("Box", "left top width height")


class Screen:
    """One picture of the machine's screen: width, height and rows of RGB bytes."""

    def __init__(self, ppm: bytes):
        magic, size, _depth, self.pixels = ppm.split(b"\n", 3)
        assert magic == b"P6", f"a screenshot of another kind: {magic!r}"
        self.width, self.height = (int(side) for side in size.split())

    def bright_share(self) -> float:
        """Which part of the pixels is not nearly black, from a sample."""
        sample = self.pixels[1 :: 3 * 61]
        return sum(value > DARK for value in sample) / max(1, len(sample))

    def boxes(self, colour: tuple) -> list:
        """The filled areas of one colour, from top to bottom, then from left to right."""
        open_places = set()
        for y in range(0, self.height, STEP):
            row = self.pixels[3 * y * self.width : 3 * (y + 1) * self.width]
            channels = (row[channel :: 3 * STEP] for channel in range(3))
            for x, pixel in enumerate(zip(*channels)):
                if all(abs(a - b) <= TOLERANCE for a, b in zip(pixel, colour)):
                    open_places.add((x, y // STEP))
        found = []
        while open_places:
            found.append(self._box(open_places))
        return sorted((box for box in found if box), key=lambda box: (box.top, box.left))

    @staticmethod
    def _box(open_places: set):
        """The area of one of the places, which it takes out; None where it is no button."""
        area, border = [], [open_places.pop()]
        while border:
            x, y = border.pop()
            area.append((x, y))
            for place in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
                if place in open_places:
                    open_places.remove(place)
                    border.append(place)
        left, top = min(x for x, _ in area), min(y for _, y in area)
        width, height = max(x for x, _ in area) - left + 1, max(y for _, y in area) - top + 1
        is_button = width * STEP >= LEAST_BUTTON[0] and height * STEP >= LEAST_BUTTON[1]
        if is_button and len(area) > LEAST_FILL * width * height:
            return Box(left * STEP, top * STEP, width * STEP, height * STEP)
        return None

    def largest(self, colour: tuple):
        """The largest button of a colour, if there is one."""
        return max(self.boxes(colour), key=lambda box: box.width * box.height, default=None)

    def pin_keys(self) -> list:
        """The keys of the PIN pad, 1 to 9, erase, 0; none where no pad is on the screen."""
        white = self.boxes(PLAIN)
        alike = [[other for other in white if abs(other.width - key.width) <= 8 and abs(other.height - key.height) <= 8]
                 for key in white]
        keys = max(alike, key=len, default=[])
        # Rows may differ by some pixels.
        keys.sort(key=lambda key: (key.top // 16, key.left))
        return keys if len(keys) == PIN_KEYS else []
