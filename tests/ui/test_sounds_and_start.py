"""Tones, the bridge from other threads, and a start that cannot be."""

import os
import threading
import wave
from pathlib import Path

import pytest
from PySide6.QtCore import QThread

from pos_app import i18n
from pos_app.errors import Refused
from pos_app.ui.bridge import Bridge
from pos_app.ui.sounds import RATE_HZ, TONES, Sounds, write_wave
from pos_app.ui.start import make_application, show_start_problem


@pytest.mark.parametrize("name", list(TONES))
def test_each_tone_is_as_long_as_it_says_and_ends_in_silence(tmp_path: Path, name: str):
    path = tmp_path / "tone.wav"

    write_wave(path, TONES[name])

    with wave.open(str(path), "rb") as file:
        frames = file.readframes(file.getnframes())
        length_ms = file.getnframes() * 1000 / file.getframerate()
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
    assert length_ms == pytest.approx(sum(ms for _hz, ms in TONES[name]), abs=2)
    assert abs(int.from_bytes(frames[:2], "little", signed=True)) < 50
    assert abs(int.from_bytes(frames[-2:], "little", signed=True)) < 2_000


def test_the_three_tones_are_told_apart():
    assert len(set(TONES.values())) == 3
    assert len(TONES["error"]) > len(TONES["ok"])


def test_muted_or_without_a_player_nothing_is_written_and_nothing_fails():
    sounds = Sounds()
    sounds.muted = True

    sounds.play("ok")

    assert sounds._folder is None


@pytest.mark.parametrize("say", ["device", "sync", "print", "scan", "frame"])
def test_what_another_thread_says_arrives_on_the_windows_thread(qtbot, say: str):
    bridge, heard = Bridge(), []
    getattr(bridge, f"{say}_said").connect(lambda value: heard.append((value, QThread.currentThread())))
    here = QThread.currentThread()

    speaker = threading.Thread(target=lambda: getattr(bridge, f"say_{say}")("news"))
    speaker.start()
    speaker.join()

    qtbot.waitUntil(lambda: heard == [("news", here)])


def test_there_is_one_application(qapp):
    assert make_application(["till"]) is qapp


@pytest.mark.parametrize(("language", "words"), [("en", "already"), ("zh_CN", "已")])
def test_a_start_that_cannot_be_is_said_in_a_sentence_with_its_code(
    capsys: pytest.CaptureFixture[str], compiled_words: None, language: str, words: str
):
    i18n.use(language)

    status = show_start_problem(Refused("till.running", pid=7))

    said = capsys.readouterr().err
    assert status == 1
    assert "[till.running]" in said
    assert words in said


@pytest.mark.parametrize(("wanted", "module"), [("@im=fcitx", "ibus"), ("@im=ibus", None)])
def test_fcitx_is_spoken_to_as_ibus(qapp, monkeypatch: pytest.MonkeyPatch, wanted: str, module: str | None):
    monkeypatch.setenv("XMODIFIERS", wanted)
    monkeypatch.delenv("QT_IM_MODULE", raising=False)

    make_application(["till"])

    assert os.environ.get("QT_IM_MODULE") == module
    monkeypatch.delenv("QT_IM_MODULE", raising=False)
