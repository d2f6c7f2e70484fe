"""Cells -> results: selected, isolated, run in parallel, resumed after an interruption."""

from native_skew.run.commands import matrix, merge, run, serve
from native_skew.run.options import (
    jobs_option,
    limit_option,
    newest_option,
    remedy_option,
    require_recordable,
    results_option,
    scenario_option,
    work_option,
)
from native_skew.run.progress import Display, Phases
from native_skew.run.read_commands import list_, report, schema, show
from native_skew.run.runner import Runner, Watcher
from native_skew.run.selection import (
    ISSUE,
    TOUR_SCENARIO,
    Filters,
    Selection,
    Task,
    select,
)
from native_skew.run.session import DEFAULT_WORK, Session
from native_skew.run.steps import StepPlan, step_plans_of
