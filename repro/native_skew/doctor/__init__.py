"""Finds what is wrong with an environment: its files are read, and nothing in it is run."""

from native_skew.doctor.command import doctor
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.environment import active, opened
from native_skew.doctor.errors import NotAnEnvironmentError
