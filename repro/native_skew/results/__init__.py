"""Results and the record of them: written, read, compared, reported."""

from native_skew.results import report
from native_skew.results.comparison import Drift, compare
from native_skew.results.diff_command import diff
from native_skew.results.packed import (
    FOLDER,
    Recording,
    pack,
    read_all,
    read_each,
    read_verdicts,
    read_versions,
    recording_of,
)
from native_skew.results.record import (
    BriefResult,
    Circumstances,
    CommandRecord,
    NotRun,
    Result,
    StepRecord,
    brief,
    encode,
    paths,
    read,
    read_json,
    schema,
    write,
    write_file,
)
from native_skew.results.repairs import repair_of, typed, typed_lines
from native_skew.results.report import STYLES, check_word, in_order
