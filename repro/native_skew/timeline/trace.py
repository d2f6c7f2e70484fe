"""Questions -> lines: runs the releases that the search wants, round by round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from native_skew.installers import INSTALLERS
from native_skew.results import NotRun, Result
from native_skew.run import Filters, Selection, Task, select
from native_skew.timeline import search
from native_skew.timeline.record import Question, question_of, verdicts
from native_skew.toolchain import Interpreter, Toolbox

Found = dict[Question, dict[str, Result | NotRun]]
# Runs tasks and returns their outcomes.
Run = Callable[[Sequence[Task]], Sequence[Result | NotRun]]


def trace(
    questions: Sequence[Question],
    releases: Mapping[str, Sequence[str]],
    select_round: Callable[[Sequence[tuple[Question, str]]], Selection],
    run: Run,
) -> Found:
    """Asks each question of as few releases as show where its verdict flips.

    Args:
        questions: of one interpreter.
        releases: of each tool, older first.
        select_round: makes the tasks of one round; some may be not run already.
        run: runs them, several at once.

    Returns:
        each question's outcomes by release.

    """
    found: Found = {question: {} for question in questions}
    while batch := [
        (question, release)
        for question in questions
        for release in search.wanted(
            releases[INSTALLERS[question.installer].tool], verdicts(found[question])
        )
    ]:
        selection = select_round(batch)
        outcomes = [*selection.not_run, *run(selection.tasks)]
        by_question: Found = defaultdict(dict)
        for outcome in outcomes:
            by_question[question_of(outcome.cell)][outcome.cell.version] = outcome
        for question, answers in by_question.items():
            found[question] |= answers
    return found


def selector(
    toolbox: Toolbox, python: Interpreter
) -> Callable[[Sequence[tuple[Question, str]]], Selection]:
    """What makes tasks of (question, release) pairs, with the tools fetched, several at once."""

    def one(pair: tuple[Question, str]) -> Selection:
        question, release = pair
        filters = Filters(
            scenarios=(f"{question.scenario}/{question.variant}",),
            installers=(f"{question.installer}=={release}",),
            remedies=(question.remedy,),
            pythons=(python.path,),
            starts=("fresh",),
        )
        return select(filters, toolbox)

    def all_of(batch: Sequence[tuple[Question, str]]) -> Selection:
        with ThreadPoolExecutor(4) as pool:
            return Selection.joined(pool.map(one, batch))

    return all_of
