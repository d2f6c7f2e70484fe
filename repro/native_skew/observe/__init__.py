"""What ended up in an environment, and the verdict on it."""

from native_skew.observe.environment import PROBE, Check, Observation, observe, subject_of
from native_skew.observe.judgement import (
    NOT_STARTED,
    Judgement,
    judge,
    require_answer,
    require_sound,
)
