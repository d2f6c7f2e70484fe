"""``native-skew adopt``: what in an existing project's build files causes skew, as a diff.

``folder`` reads the files, ``project`` parses them, ``declared``, ``linking``,
``other_builds`` and ``wheels`` each look for one family of causes and change the working
copies, and ``plan`` puts them in order. Nothing of the project is ever run. What reading
cannot decide ends in a ``NotUnderstoodError``, wherever it is met.
"""

from native_skew.adopt.command import adopt
