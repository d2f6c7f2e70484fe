"""Where the header and the library lie, as epicscorelibs.path has it."""

import os

root = os.path.dirname(os.path.abspath(__file__))
include_path = os.path.join(root, "include")
lib_path = os.path.join(root, "lib")
library = os.path.join(lib_path, "$library")
