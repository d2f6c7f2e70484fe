"""What runs on this machine: tools, interpreters, a compiler, processes and their sandbox."""

from native_skew.toolchain import interpreter, machine, user_index
from native_skew.toolchain.compiler import Compiler
from native_skew.toolchain.interpreter import Interpreter, find, minor_of
from native_skew.toolchain.process import TIMED_OUT, Outcome, Processes
from native_skew.toolchain.sandbox import Sandbox, environment, write_below
from native_skew.toolchain.tools import Phase, Tool, Toolbox, commands_of, unseen
from native_skew.toolchain.user_index import UserIndexes, index_url, user_indexes
