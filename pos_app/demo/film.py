"""A film of a phone held before the camera: a member's code, moving, tilted and slightly out of focus."""

import io
from pathlib import Path

WIDTH, HEIGHT, FPS = 640, 480, 25


def shoot(path: Path, code: str, *, blank_s: float = 0.4, shown_s: float = 4.0) -> None:
    """Write an MJPG film in which ``code`` comes into view after ``blank_s`` and stays for ``shown_s``."""
    import cv2  # noqa: PLC0415 - heavy, and only the demo shoots films
    import numpy as np  # noqa: PLC0415
    import segno  # noqa: PLC0415

    picture = io.BytesIO()
    segno.make_qr(code, error="m").save(picture, kind="png", scale=8, border=4)
    phone = cv2.imdecode(np.frombuffer(picture.getvalue(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert phone is not None
    side = phone.shape[0]
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    noise = np.random.default_rng(7)
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    for n in range(int((blank_s + shown_s) * FPS)):
        frame = np.full((HEIGHT, WIDTH), 96, np.uint8)
        if n >= blank_s * FPS:
            sway = 12 * np.sin(n / 9)
            spot = np.array([[190 + sway, 90], [430 + sway, 104], [420 + sway, 352], [182 + sway, 336]], np.float32)
            place = cv2.getPerspectiveTransform(corners, spot)
            cv2.warpPerspective(phone, place, (WIDTH, HEIGHT), dst=frame, borderMode=cv2.BORDER_TRANSPARENT)
        grainy = cv2.GaussianBlur(frame, (5, 5), 0) + noise.normal(0, 6, frame.shape)
        film.write(cv2.cvtColor(np.clip(grainy, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR))
    film.release()
