"""The guest's font, as it stands in demo.rom: 8 x 8 pixels per character, the set of the status lines only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]

AT = 0x100
"""Where the ROM has it: 128 characters of 8 bytes, the leftmost pixel in the highest bit."""

_ROWS = {
    "0": "708898a8c88870",
    "1": "20602020202070",
    "2": "708808102040f8",
    "3": "70880830088870",
    "4": "10305090f81010",
    "5": "f880f008088870",
    "6": "304080f0888870",
    "7": "f8081020404040",
    "8": "70888870888870",
    "9": "70888878081060",
    ":": "00202000202000",
    ".": "00000000006060",
    "-": "000000f8000000",
    "/": "08081020408080",
    "A": "708888f8888888",
    "B": "f08888f08888f0",
    "C": "70888080808870",
    "D": "e09088888890e0",
    "E": "f88080f08080f8",
    "F": "f88080f0808080",
    "G": "708880b8888870",
    "H": "888888f8888888",
    "I": "70202020202070",
    "J": "38101010109060",
    "K": "8890a0c0a09088",
    "L": "808080808080f8",
    "M": "88d8a8a8888888",
    "N": "88c8a8a8989888",
    "O": "70888888888870",
    "P": "f08888f0808080",
    "Q": "70888888a89068",
    "R": "f08888f0a09088",
    "S": "788080700808f0",
    "T": "f8202020202020",
    "U": "88888888888870",
    "V": "88888888885020",
    "W": "888888a8a8d888",
    "X": "88885020508888",
    "Y": "88885020202020",
    "Z": "f80810204080f8",
}


def image() -> bytes:
    """The font as bytes of the ROM."""
    table = np.zeros((128, 8), np.uint8)
    for character, rows in _ROWS.items():
        table[ord(character), :7] = np.frombuffer(bytes.fromhex(rows), np.uint8)
    return table.tobytes()


def pixels(font: U8, text: bytes) -> U8:
    """``text`` in the font of the ROM: 255 where ink is, shape (8, 8 * len(text))."""
    glyphs = font[np.frombuffer(text, np.uint8) & 0x7F]
    bits = np.unpackbits(glyphs[:, :, None], axis=2)
    return np.ascontiguousarray(bits.transpose(1, 0, 2)).reshape(8, -1) * np.uint8(255)
