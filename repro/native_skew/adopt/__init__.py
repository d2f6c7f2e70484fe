"""``native-skew adopt``: what in an existing project's build files causes skew, as a diff.

``folder`` reads the files, ``project`` parses them, ``declared``, ``linking``,
``other_builds`` and ``wheels`` each look for one family of causes and change the working
copies, and ``plan`` puts them in order. No code of the project is ever run. Any module raises
``NotUnderstoodError`` for what cannot be decided by reading alone.
"""

from native_skew.adopt.command import adopt
