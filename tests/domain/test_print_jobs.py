"""The rules that keep a print job to one print."""

import pytest

from pos_app.domain.print_jobs import JobState, after_crash, may_become


def test_what_was_being_sent_at_a_crash_is_uncertain():
    assert after_crash(JobState.SENDING, "paper") is JobState.UNCERTAIN


@pytest.mark.parametrize("state", [JobState.SENDING, JobState.QUEUED])
def test_a_drawer_pulse_does_not_survive_a_crash(state):
    assert after_crash(state, "drawer") is JobState.FAILED


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.UNCERTAIN, JobState.PRINTED, JobState.FAILED])
def test_paper_at_rest_stays_what_it_was_over_a_crash(state):
    assert after_crash(state, "paper") is state


def test_nothing_goes_back_to_a_printer_once_bytes_may_have_left():
    assert not may_become(JobState.UNCERTAIN, JobState.SENDING)
    assert not may_become(JobState.UNCERTAIN, JobState.QUEUED)
    assert not any(may_become(JobState.PRINTED, state) for state in JobState)
    assert not any(may_become(JobState.FAILED, state) for state in JobState)
