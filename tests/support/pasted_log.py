"""Logs as people paste them: from uv issue 17378, and from reports of its relatives."""

ISSUE = """\
TRACE Assigned packages: root==0a0.dev0, setuptools==80.9.0, wheel==0.45.1, setuptools-dso==2.12.2, epicscorelibs==7.0.10.99.0.0, numpy==2.4.0
Installed 7 packages in 72ms
 + epicscorelibs==7.0.7.99.1.2
 + epicsdbbuilder==1.5
 + numpy==2.4.0
 + pvxslibs==1.4.1
 + pyyaml==6.0.3
 + setuptools-dso==2.12.2
 + softioc==4.6.1
$ uv pip check
Checked 10 packages in 0.50ms
Found 1 incompatibility
The package `softioc` requires `epicscorelibs>=7.0.10.99.0.0,<7.0.10.99.1`, but `7.0.7.99.1.2` is installed

$ python -c "import softioc"
Traceback (most recent call last):
  File "<string>", line 1, in <module>
    from . import _extension
ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: No such file or directory
"""

OLD_LAYOUT = """\
  × Failed to download and build `flash-attn==2.8.3`
  ╰─▶ Extra build requirement `torch` was declared with `match-runtime =
      true`, but `flash-attn` does not declare static metadata, making
      runtime-matching impossible
"""
