"""A screenshot as a small PNG: each pixel is one of at most 64 colours, which a page of words does
not go beyond to the eye.

The browser that took it reads its pixels; nothing else has to be installed for that.
"""

import base64
import struct
import zlib

from playwright.async_api import Page

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE = """async (png) => {
    const image = new Image();
    image.src = "data:image/png;base64," + png;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const data = context.getImageData(0, 0, image.width, image.height).data;
    const pixels = new Uint32Array(data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
    const byCount = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const most = byCount.slice(0, 64).map((c) => c[0]);
    const parts = (p) => [p & 255, (p >> 8) & 255, (p >> 16) & 255];
    const palette = most.map(parts);
    const index = new Map();
    for (const pixel of counts.keys()) {
        const [r, g, b] = parts(pixel);
        let best = 0, least = Infinity;
        palette.forEach(([pr, pg, pb], i) => {
            const far = (r - pr) ** 2 + (g - pg) ** 2 + (b - pb) ** 2;
            if (far < least) [best, least] = [i, far];
        });
        index.set(pixel, best);
    }
    let indices = "";
    for (const pixel of pixels) indices += String.fromCharCode(index.get(pixel));
    return { width: image.width, height: image.height, palette, indices: btoa(indices) };
}"""


async def small_png(png: bytes, page: Page) -> bytes:
    """The same picture; `page` is any that a browser has open."""
    found = await page.evaluate(_PALETTE, base64.b64encode(png).decode())
    width, height = found["width"], found["height"]
    indices = base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + indices[y * width : (y + 1) * width] for y in range(height))
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in found["palette"] for part in colour)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
