# SPDX-License-Identifier: MIT
"""Ctrl-C, and other threads of Python, while a run lasts."""
import os
import signal
import threading
import time

import kante
import numpy as np
import pytest
from conftest import long_model

X = np.eye(512, dtype=np.float32)
SECONDS = 0.3  # until the signal; the model takes several times that


@pytest.fixture(scope="module")
def session():
    return kante.InferenceSession(long_model(products=4000))


def later(call):
    timer = threading.Timer(SECONDS, call)
    timer.start()
    return timer


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_ends_a_run(session):
    timer = later(interrupt)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        session.run(None, {"x": X})
    assert SECONDS * 0.9 < time.monotonic() - started
    timer.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_session_goes_on_after_an_interrupt(session):
    options = kante.RunOptions()
    timer = later(interrupt)
    with pytest.raises(KeyboardInterrupt):
        session.run(None, {"x": X}, options)
    timer.join()
    assert not options.terminate
    small = np.eye(2, dtype=np.float32)
    np.testing.assert_array_equal(session.run(None, {"x": small}, options)[0], small)


def test_a_handler_that_raises_nothing_does_not_spoil_the_run():
    sess = kante.InferenceSession(long_model(products=2000))
    seen = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        timer = later(interrupt)
        np.testing.assert_array_equal(sess.run(None, {"x": X})[0], X)
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT]


def test_terminate_from_another_thread(session):
    from kante.errors import Fail

    options = kante.RunOptions()
    timer = later(lambda: setattr(options, "terminate", True))
    with pytest.raises(Fail, match="terminate flag"):
        session.run(None, {"x": X}, options)
    timer.join()


def test_python_runs_meanwhile(session):
    options = kante.RunOptions()
    counted = [0]

    def count():
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            counted[0] += 1
            time.sleep(0.001)
        options.terminate = True

    thread = threading.Thread(target=count)
    thread.start()
    with pytest.raises(Exception, match="terminate flag"):
        session.run(None, {"x": X}, options)
    thread.join()
    assert counted[0] > 5


def test_runs_in_other_threads_leave_the_interrupt_to_python(session):
    options = kante.RunOptions()
    failures = []

    def run():
        try:
            session.run(None, {"x": X}, options)
        except Exception as failure:
            failures.append(str(failure))

    thread = threading.Thread(target=run)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        timer = later(interrupt)
        time.sleep(10)
    timer.join()
    assert not failures
    options.terminate = True
    thread.join()
    assert "terminate flag" in failures[0]
