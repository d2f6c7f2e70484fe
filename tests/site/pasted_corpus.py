"""What people paste, written after the kinds of real reports: own words, invented paths and names.

Each is what is pasted, the entry of the tables that answers it (nothing: it is not known), how
sure the box may be, and facts that it must state.
"""

from __future__ import annotations

import msgspec


class Case(msgspec.Struct, frozen=True):
    """One text with its answer."""

    name: str
    text: str
    id: str | None
    kind: str | None
    facts: dict[str, str | None] = {}


TORCH_IN_BUILD = """\
  × Failed to build `torch-cluster==1.6.3`
  ├─▶ The build backend returned an error
  ╰─▶ Call to `setuptools.build_meta:__legacy__.build_wheel` failed (exit status: 1)

      [stderr]
      Traceback (most recent call last):
        File "<string>", line 11, in <module>
        File "/home/dev/.cache/uv/builds-v0/.tmpAb/lib/python3.11/site-packages/setuptools/build_meta.py", line 334, in run_setup
          exec(code, locals())
        File "<string>", line 8, in <module>
      ModuleNotFoundError: No module named 'torch'

      hint: This error likely indicates that `torch-cluster@1.6.3` depends on `torch`, but doesn't declare it as a build dependency.
"""

SOFTIOC = """\
Traceback (most recent call last):
  File "/srv/ioc/run.py", line 3, in <module>
    from softioc import softioc
  File "/srv/ioc/.venv/lib/python3.12/site-packages/softioc/softioc.py", line 8, in <module>
    from . import imports
  File "/srv/ioc/.venv/lib/python3.12/site-packages/softioc/imports.py", line 4, in <module>
    from . import _extension
ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: No such file or directory
"""

LISTED = """\
Package         Version
--------------- ------------
epicscorelibs   7.0.7.99.1.2
numpy           2.4.0
pvxslibs        1.4.1
softioc         4.6.1
"""

LIBGL = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"
CV2 = f"""\
Traceback (most recent call last):
  File "/app/main.py", line 1, in <module>
    import cv2
  File "/usr/local/lib/python3.11/site-packages/cv2/__init__.py", line 181, in <module>
    bootstrap()
  File "/usr/local/lib/python3.11/site-packages/cv2/__init__.py", line 153, in bootstrap
    native_module = importlib.import_module("cv2")
{LIBGL}
"""

VIOLATED = """\
$ uv pip check
Checked 9 packages in 1ms
Found 1 incompatibility
The package `softioc` requires `epicscorelibs>=7.0.10.99.0.0,<7.0.10.99.1`, but `7.0.7.99.1.2` is installed
"""


def _each_line(prefix: str, text: str) -> str:
    return "\n".join(prefix + line for line in text.splitlines())


_STAMPED = {"library": "libdbRecStd.so.7.0.10.99.0", "consumer": "softioc", "name": "epicscorelibs"}
_BOTH = {**_STAMPED, "built": "7.0.10.99.0.0", "installed": "7.0.7.99.1.2"}

CASES: tuple[Case, ...] = (
    # The failure itself, as terminals, containers and services show it.
    Case(
        "a traceback alone",
        SOFTIOC,
        "missing-library",
        "possible",
        {**_STAMPED, "stamp": "7.0.10.99.0"},
    ),
    Case(
        "with pip list",
        SOFTIOC + LISTED,
        "missing-library",
        "possible",
        {**_STAMPED, "installed": "7.0.7.99.1.2", "consumer_version": "4.6.1"},
    ),
    Case("with the check", SOFTIOC + VIOLATED, "violated-requirement", "skew", _BOTH),
    Case(
        "a requirement wins over the stamp",
        SOFTIOC + "Requires-Dist: epicscorelibs<7.0.10.99.1,>=7.0.10.99.0.0\n" + LISTED,
        "missing-library",
        "skew",
        _BOTH,
    ),
    Case(
        "BuildKit",
        _each_line("#14 61.83 ", SOFTIOC + VIOLATED),
        "violated-requirement",
        "skew",
        _BOTH,
    ),
    Case(
        "BuildKit's summary",
        "------\n > [7/9] RUN python -c 'import softioc':\n" + _each_line("1.207 ", SOFTIOC),
        "missing-library",
        "possible",
        _STAMPED,
    ),
    Case(
        "compose",
        _each_line("ioc-1  | ", SOFTIOC + VIOLATED),
        "violated-requirement",
        "skew",
        _BOTH,
    ),
    Case(
        "CI with times",
        _each_line("2026-11-20T08:15:02.1234567Z ", SOFTIOC + VIOLATED),
        "violated-requirement",
        "skew",
        _BOTH,
    ),
    Case(
        "CI with times and BuildKit",
        _each_line("2026-11-20T08:15:02.1234567Z #22 9.113 ", SOFTIOC + LISTED),
        "missing-library",
        "possible",
        {**_STAMPED, "installed": "7.0.7.99.1.2"},
    ),
    Case(
        "gh run view",
        _each_line("test\tImport\t2026-11-20T08:15:02.1234567Z ", SOFTIOC + VIOLATED),
        "violated-requirement",
        "skew",
        _BOTH,
    ),
    Case(
        "GitLab",
        _each_line("2026-11-20T08:15:02.123456Z 01E ", SOFTIOC + VIOLATED),
        "violated-requirement",
        "skew",
        _BOTH,
    ),
    Case(
        "##[error]",
        _each_line("##[error]", SOFTIOC + VIOLATED),
        "violated-requirement",
        "skew",
        _BOTH,
    ),
    Case("pytest", _each_line("E   ", SOFTIOC), "missing-library", "possible", _STAMPED),
    Case("mail", _each_line("> ", SOFTIOC + VIOLATED), "violated-requirement", "skew", _BOTH),
    Case(
        "journal",
        _each_line("Nov 20 08:15:02 ioc07 python3[4411]: ", SOFTIOC),
        "missing-library",
        "possible",
        _STAMPED,
    ),
    Case("CRLF", (SOFTIOC + VIOLATED).replace("\n", "\r\n"), "violated-requirement", "skew", _BOTH),
    Case(
        "colours",
        "\x1b[1m\x1b[31mImportError\x1b[0m: libfakecore.so.\x1b[33m7.0.10.99.0\x1b[0m: cannot open shared object file",
        "missing-library",
        "possible",
        {"library": "libfakecore.so.7.0.10.99.0", "name": "fake-corelibs"},
    ),
    Case(
        "colours without escape",
        "[31mThe package `[36msoftioc[39m` requires `[36mepicscorelibs>=7.0.10.99.0.0[39m`, but `[36m7.0.7.99.1.2[39m` is installed[0m",
        "violated-requirement",
        "possible",
        {"consumer": "softioc", "name": "epicscorelibs", "required": ">=7.0.10.99.0.0"},
    ),
    Case(
        "cut off",
        "ImportError: libdbRecStd.so.7.0.10.99.0: cannot open share",
        "missing-library",
        "possible",
        {"library": "libdbRecStd.so.7.0.10.99.0"},
    ),
    Case(
        "wrapped inside of words",
        '  File "/srv/ioc/.venv/lib/python3.12/site-packages/softioc/im\nports.py", line 4, in <module>\nImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared\n object file: No such file or directory\n',
        "missing-library",
        "possible",
        {"library": "libdbRecStd.so.7.0.10.99.0"},
    ),
    Case(
        "wrapped inside of the library",
        "$ python -c 'import softioc'\nImportError: libdbRecStd.so.7.0.10.99\n.0: cannot open shared object file: No\n such file or directory",
        "missing-library",
        "possible",
        {"library": "libdbRecStd.so.7.0.10.99.0"},
    ),
    Case(
        "German",
        "ImportError: libdbRecStd.so.7.0.10.99.0: Kann die Shared-Object-Datei nicht öffnen: Datei oder Verzeichnis nicht gefunden",
        "missing-library",
        "possible",
        {"library": "libdbRecStd.so.7.0.10.99.0"},
    ),
    Case(
        "pip's check",
        "softioc 4.6.1 has requirement epicscorelibs<7.0.10.99.1,>=7.0.10.99.0.0, but you have epicscorelibs 7.0.7.99.1.2.\n"
        + SOFTIOC,
        "violated-requirement",
        "skew",
        {**_BOTH, "consumer_version": "4.6.1"},
    ),
    Case(
        "uv's listing in a container",
        _each_line("#9 4.110 ", " + epicscorelibs==7.0.7.99.1.2\n + softioc==4.6.1\n" + SOFTIOC),
        "missing-library",
        "possible",
        {**_STAMPED, "installed": "7.0.7.99.1.2"},
    ),
    Case(
        "Poetry's listing",
        "  - Installing epicscorelibs (7.0.7.99.1.2)\n  - Installing softioc (4.6.1)\n" + SOFTIOC,
        "missing-library",
        "possible",
        {**_STAMPED, "installed": "7.0.7.99.1.2"},
    ),
    Case(
        "PDM's listing",
        "  ✔ Install epicscorelibs 7.0.7.99.1.2 successful\n" + SOFTIOC,
        "missing-library",
        "possible",
        {**_STAMPED, "installed": "7.0.7.99.1.2"},
    ),
    Case(
        "conda list",
        "# Name                    Version                   Build  Channel\npyarrow                   17.0.0          py311hc6dd75a_1    conda-forge\nImportError: libarrow.so.1800: cannot open shared object file: No such file or directory",
        "missing-library",
        "possible",
        {"name": "pyarrow", "installed": "17.0.0"},
    ),
    Case(
        "pip freeze",
        "epicscorelibs==7.0.7.99.1.2\nsoftioc==4.6.1\n" + SOFTIOC,
        "missing-library",
        "possible",
        {**_STAMPED, "installed": "7.0.7.99.1.2"},
    ),
    Case(
        "an unknown soversion",
        "ImportError: libhelper.so.3: cannot open shared object file: No such file or directory",
        "missing-library",
        "possible",
        {"library": "libhelper.so.3"},
    ),
    # uv's own words, both layouts.
    Case(
        "no static metadata, old layout",
        "  × Failed to download and build `deepspeed==0.16.1`\n  ╰─▶ Extra build requirement `torch` was declared with `match-runtime =\n      true`, but `deepspeed` does not declare static metadata, making\n      runtime-matching impossible",
        "no-static-metadata",
        "stopped",
        {"consumer": "deepspeed"},
    ),
    Case(
        "no static metadata, in a container",
        _each_line(
            "#8 3.2 ",
            "error: Failed to download and build `deepspeed==0.16.1`\n  cause: Extra build requirement `torch` was declared with `match-runtime = true`, but `deepspeed` does not declare static metadata, making runtime-matching impossible",
        ),
        "no-static-metadata",
        "stopped",
        {"consumer": "deepspeed"},
    ),
    Case(
        "not in the resolution",
        "error: `torch` was declared as an extra build dependency with `match-runtime = true`, but was not found in the resolution",
        "not-in-resolution",
        "stopped",
    ),
    Case(
        "pkg_resources in a build",
        TORCH_IN_BUILD.replace("'torch'", "'pkg_resources'").split("hint")[0],
        "no-pkg-resources",
        "stopped",
        {"consumer": "torch-cluster"},
    ),
    Case(
        "setuptools in a build",
        "error: Failed to build `oldpkg==1.0`\n  cause: The build backend returned an error\nModuleNotFoundError: No module named 'setuptools'",
        "no-build-backend",
        "stopped",
        {"consumer": "oldpkg"},
    ),
    Case(
        "torch in a build, uv",
        TORCH_IN_BUILD,
        "module-missing-in-build",
        "stopped",
        {"module": "torch", "consumer": "torch-cluster"},
    ),
    Case(
        "torch in a build, pip in CI",
        _each_line(
            "2026-11-20T08:15:02Z ",
            "  Getting requirements to build wheel: finished with status 'error'\n  error: subprocess-exited-with-error\n  ModuleNotFoundError: No module named 'torch'\n",
        ),
        "module-missing-in-build",
        "stopped",
        {"module": "torch"},
    ),
    Case(
        "numpy in a build, Poetry",
        "  - Installing gridder (0.3.1): Failed\n  ChefBuildError\n  Backend 'setuptools.build_meta:__legacy__' is not available.\n  ModuleNotFoundError: No module named 'numpy'",
        "module-missing-in-build",
        "stopped",
        {"module": "numpy"},
    ),
    # Extensions of PyTorch.
    Case(
        "libc10",
        '  File "/w/lib/python3.10/site-packages/torch_scatter/__init__.py", line 16, in <module>\nOSError: libc10.so: cannot open shared object file: No such file or directory',
        "torch-library",
        "possible",
        {"library": "libc10.so", "name": "torch", "consumer": "torch-scatter"},
    ),
    Case(
        "libtorch_cpu",
        "ImportError: libtorch_cpu.so: cannot open shared object file: No such file or directory",
        "torch-library",
        "possible",
        {"library": "libtorch_cpu.so"},
    ),
    Case(
        "libtorch_cuda in a container",
        "worker-2  | OSError: libtorch_cuda.so: cannot open shared object file: No such file or directory",
        "torch-library",
        "possible",
        {"library": "libtorch_cuda.so"},
    ),
    Case(
        "an undefined symbol of torch",
        "ImportError: /opt/v/lib/python3.11/site-packages/flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so: undefined symbol: _ZN3c105ErrorC2ENS_14SourceLocationESs",
        "torch-symbol",
        "possible",
        {"symbol": "_ZN3c105ErrorC2ENS_14SourceLocationESs", "consumer": "flash-attn"},
    ),
    Case(
        "an undefined symbol, versions listed",
        " + torch==2.4.0\n + torch-scatter==2.1.2\nOSError: /v/lib/python3.11/site-packages/torch_scatter/_version_cuda.so: undefined symbol: _ZN5torch3jit17parseSchemaOrNameERKSs",
        "torch-symbol",
        "possible",
        {"consumer": "torch-scatter", "consumer_version": "2.1.2"},
    ),
    Case(
        "torchvision::nms",
        "RuntimeError: operator torchvision::nms does not exist",
        "torchvision-operators",
        "possible",
    ),
    Case(
        "two CUDA versions",
        "RuntimeError: The detected CUDA version (12.4) mismatches the version that was used to compile PyTorch (11.8). Please make sure to use the same CUDA versions.",
        "cuda-of-the-build",
        "stopped",
    ),
    # NumPy, HDF5, libxml2.
    Case(
        "NumPy's own message",
        "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.2.6 as it may crash. To support both 1.x and 2.x\nversions of NumPy, modules must be compiled with NumPy 2.0.\n",
        "numpy-abi",
        "skew",
        {"name": "numpy", "built": "1.x", "installed": "2.2.6"},
    ),
    Case(
        "numpy.dtype",
        '  File "/w/lib/python3.11/site-packages/pandas/__init__.py", line 22, in <module>\nValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from PyObject',
        "numpy-abi",
        "possible",
        {"consumer": "pandas"},
    ),
    Case(
        "an older NumPy",
        "RuntimeError: module was compiled against NumPy C-API version 0x10 (NumPy 1.23) but the running NumPy has C-API version 0xf",
        "numpy-abi",
        "possible",
    ),
    Case(
        "multiarray",
        "web-1  | ImportError: numpy.core.multiarray failed to import",
        "numpy-abi",
        "possible",
    ),
    Case(
        "NumPy for another Python",
        "IMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE!\n\nImporting the numpy C-extensions failed.\nOriginal error was: No module named 'numpy._core._multiarray_umath'",
        "numpy-not-loaded",
        "native",
    ),
    Case(
        "HDF5",
        "Warning! ***HDF5 library version mismatched error***\nThe HDF5 header files used to compile this application do not match\nthe version used by the HDF5 library to which this application is linked.\nHeaders are 1.14.2, library is 1.14.0\n",
        "hdf5-headers",
        "skew",
        {"name": "hdf5", "built": "1.14.2", "installed": "1.14.0"},
    ),
    Case(
        "h5py",
        "UserWarning: h5py is running against HDF5 1.14.3 when it was built against 1.14.2, this may cause problems",
        "hdf5-headers",
        "skew",
        {"built": "1.14.2", "installed": "1.14.3"},
    ),
    Case(
        "xmlsec",
        "xmlsec.InternalError: (-1, 'lxml & xmlsec libxml2 library version mismatch')",
        "wrong-result",
        "possible",
    ),
    # Other loaders.
    Case(
        "macOS, a library",
        "ImportError: dlopen(/Users/k/v/lib/python3.12/site-packages/softioc/_extension.cpython-312-darwin.so, 0x0002): Library not loaded: @rpath/libdbRecStd.7.0.10.99.0.dylib\n  Referenced from: <0B1C> /Users/k/v/lib/python3.12/site-packages/softioc/_extension.cpython-312-darwin.so\n  Reason: tried: '/usr/local/lib/libdbRecStd.7.0.10.99.0.dylib' (no such file)",
        "macos-library",
        "possible",
        {"consumer": "softioc"},
    ),
    Case(
        "macOS, a symbol",
        "ImportError: dlopen(/Users/k/v/lib/python3.12/site-packages/torchaudio/lib/_torchaudio.so, 0x0006): Symbol not found: __ZN2at4_ops5zerosE\n  Referenced from: /x.so\n  Expected in: /Users/k/libtorch_cpu.dylib",
        "macos-symbol",
        "possible",
        {"symbol": "__ZN2at4_ops5zerosE"},
    ),
    Case(
        "macOS, an architecture",
        "ImportError: dlopen(/v/_cffi_backend.so, 0x0002): tried: '/v/_cffi_backend.so' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))",
        "wrong-architecture",
        "native",
    ),
    Case(
        "Windows, a DLL",
        'Traceback (most recent call last):\n  File "C:\\w\\.venv\\Lib\\site-packages\\onnxruntime\\capi\\_pybind_state.py", line 32, in <module>\nImportError: DLL load failed while importing onnxruntime_pybind11_state: The specified module could not be found.',
        "windows-dll",
        "possible",
        {"consumer": "onnxruntime"},
    ),
    Case(
        "Windows, a procedure",
        "ImportError: DLL load failed while importing etree: The specified procedure could not be found.",
        "windows-procedure",
        "possible",
    ),
    Case(
        "Windows, in Chinese",
        "ImportError: DLL load failed while importing _core: 找不到指定的模块。",
        "windows-dll",
        "possible",
    ),
    Case(
        "torch on Windows",
        'OSError: [WinError 126] The specified module could not be found. Error loading "C:\\v\\torch\\lib\\fbgemm.dll" or one of its dependencies.',
        "windows-dll",
        "possible",
    ),
    Case(
        "musl, a library",
        "ImportError: Error loading shared library libdbRecStd.so.7.0.10.99.0: No such file or directory (needed by /v/lib/python3.12/site-packages/softioc/_extension.so)",
        "missing-library",
        "possible",
        {"library": "libdbRecStd.so.7.0.10.99.0", "name": "epicscorelibs"},
    ),
    Case(
        "musl, glibc's loader",
        "Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /v/grpc/cygrpc.so)",
        "glibc-on-musl",
        "native",
    ),
    Case(
        "musl, glibc's symbol",
        "Error relocating /v/lib/python3.12/site-packages/x/_x.so: __memcpy_chk: symbol not found",
        "glibc-on-musl",
        "native",
        {"symbol": "__memcpy_chk"},
    ),
    Case(
        "musl, a symbol",
        "Error relocating /v/lib/python3.12/site-packages/fake_softioc/_extension.so: fake_version: symbol not found",
        "musl-symbol",
        "possible",
        {"symbol": "fake_version"},
    ),
    Case(
        "GLIBCXX",
        "ImportError: /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /v/lib/python3.12/site-packages/scipy/x.so)",
        "glibcxx",
        "native",
        {"symbol": "GLIBCXX_3.4.32"},
    ),
    Case(
        "GLIBC",
        "ImportError: /lib64/libc.so.6: version `GLIBC_2.34' not found (required by /v/lib/python3.9/site-packages/cryptography/_rust.abi3.so)",
        "glibc-too-old",
        "native",
    ),
    # Native, but no skew.
    Case(
        "libGL",
        CV2,
        "system-library",
        "native",
        {"library": "libGL.so.1", "consumer": "opencv-python"},
    ),
    Case(
        "libGL in a container",
        _each_line("api-1  | ", CV2),
        "system-library",
        "native",
        {"library": "libGL.so.1"},
    ),
    Case(
        "libgthread",
        "ImportError: libgthread-2.0.so.0: cannot open shared object file: No such file or directory",
        "system-library",
        "native",
    ),
    Case(
        "libpq in French",
        "ImportError: libpq.so.5: Ne peut ouvrir le fichier d'objet partagé: Aucun fichier ou dossier de ce type",
        "system-library",
        "native",
        {"library": "libpq.so.5"},
    ),
    Case(
        "libcuda",
        "ImportError: libcuda.so.1: cannot open shared object file: No such file or directory",
        "driver-library",
        "native",
    ),
    Case(
        "libcudart",
        "ImportError: libcudart.so.12: cannot open shared object file: No such file or directory",
        "cuda-library",
        "native",
    ),
    Case(
        "a symbol of CUDA",
        "ImportError: /v/torch/lib/../../nvidia/cusparse/lib/libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1, version libnvJitLink.so.12",
        "cuda-symbol",
        "possible",
        {"symbol": "__nvJitLinkAddData_12_1"},
    ),
    Case(
        "libgomp",
        "OSError: libgomp.so.1: cannot open shared object file: No such file or directory",
        "compiler-runtime",
        "native",
    ),
    Case(
        "libpython",
        "ImportError: libpython3.11.so.1.0: cannot open shared object file: No such file or directory",
        "other-libpython",
        "native",
    ),
    Case(
        "a symbol of another Python",
        "ImportError: /v/lib/python3.9/site-packages/m.so: undefined symbol: _PyThreadState_UncheckedGet",
        "python-symbol",
        "native",
    ),
    Case(
        "a wrong tag, pip",
        "ERROR: flash_attn-2.7.4-cp312-cp312-linux_x86_64.whl is not a supported wheel on this platform.",
        "wrong-tag",
        "native",
    ),
    Case(
        "a wrong tag, uv",
        "  × No solution found when resolving dependencies:\n  ╰─▶ Because tinyfft==1.2 has no wheels with a matching Python ABI tag (e.g., `cp314`) and you require tinyfft==1.2, we can conclude that your requirements are unsatisfiable.",
        "wrong-tag",
        "native",
    ),
    Case(
        "no Python.h",
        "      src/_core.c:1:10: fatal error: Python.h: No such file or directory\n      compilation terminated.\n  error: subprocess-exited-with-error",
        "no-python-headers",
        "native",
    ),
    Case(
        "another header",
        "#11 12.02   psutil/_x.c:9:10: fatal error: libpq-fe.h: No such file or directory",
        "no-header",
        "native",
    ),
    Case(
        "no compiler",
        "  building 'x._c' extension\n  error: command 'gcc' failed: No such file or directory\n  ERROR: Failed building wheel for x",
        "no-compiler",
        "native",
    ),
    Case(
        "no compiler on Windows",
        'error: Microsoft Visual C++ 14.0 or greater is required. Get it with "Microsoft C++ Build Tools"',
        "no-compiler",
        "native",
    ),
    Case(
        "pg_config",
        "Error: pg_config executable not found.\nERROR: Failed building wheel for psycopg2",
        "no-build-tool",
        "native",
    ),
    Case(
        "killed",
        "{standard input}: Assembler messages:\ng++: fatal error: Killed signal terminated program cc1plus",
        "out-of-memory",
        "native",
    ),
    Case(
        "static TLS",
        "ImportError: /lib/libgomp.so.1: cannot allocate memory in static TLS block",
        "static-tls",
        "native",
    ),
    Case("_ctypes", "ModuleNotFoundError: No module named '_ctypes'", "python-without", "native"),
    # Nothing compiled.
    Case(
        "a package that is not there",
        "Traceback (most recent call last):\n  File \"/srv/a.py\", line 1, in <module>\n    import requests\nModuleNotFoundError: No module named 'requests'",
        "missing-package",
        "other",
        {"module": "requests"},
    ),
    Case(
        "a plain conflict",
        "  × No solution found when resolving dependencies:\n  ╰─▶ Because django-foo==2.0 depends on django>=5 and your project depends on django<5, we can conclude that your project's requirements are unsatisfiable.",
        "unsatisfiable-pin",
        "stopped",
    ),
    Case(
        "a plain conflict, pip",
        "ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit the documentation",
        "unsatisfiable-pin",
        "stopped",
    ),
    Case(
        "a conflict that pip left",
        "ERROR: pip's dependency resolver does not currently take into account all the packages that are installed.\nbotocore 1.34.1 requires urllib3<2.1,>=1.25.4, but you have urllib3 2.2.0 which is incompatible.",
        "conflict-left",
        "other",
        {
            "consumer": "botocore",
            "name": "urllib3",
            "required": "<2.1,>=1.25.4",
            "installed": "2.2.0",
        },
    ),
    Case(
        "a compiler that refuses",
        "Failed building wheel for pysoem\nERROR: Failed to build installable wheels for some "
        "projects (pysoem)\nerror: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1",
        "compiler-failed",
        "native",
        {"consumer": "pysoem"},
    ),
    Case(
        "an extension that tells its torch",
        "WARNING[XFORMERS]: xFormers can't load C++/CUDA extensions. xFormers was built for:\n"
        "    PyTorch 2.4.1+cu121 with CUDA 1201 (you have 2.5.1+cu124)",
        "extension-for-another-torch",
        "skew",
        {"consumer": "xformers", "built": "2.4.1+cu121", "installed": "2.5.1+cu124"},
    ),
    Case(
        "a compiled module that is not there, after a failed build",
        "Failed to build wheels\nModuleNotFoundError: No module named 'mypkg._core'",
        "module-for-another-python",
        "native",
        {"module": "mypkg._core"},
    ),
    Case(
        "a conflict of a release that is built here",
        "Because softioc==4.6.1 depends on epicscorelibs>=7.0.7,<7.0.7.99.2 and you require "
        "epicscorelibs==7.0.10.99.0.2, we can conclude that your requirements are unsatisfiable.",
        "unsatisfiable-pin",
        "stopped",
        {"consumer": "softioc", "name": "epicscorelibs"},
    ),
    Case(
        "a module that is not there, after a build that went well",
        "Successfully built foo\nSuccessfully installed foo-1.0 bar-2\n"
        "ModuleNotFoundError: No module named 'baz'",
        "missing-package",
        "other",
        {"module": "baz"},
    ),
    Case("a crash in zsh", "zsh: segmentation fault  python", "process-died", "possible"),
    Case(
        "a symbol of a system library",
        "OSError: /usr/lib/libgdal.so.30: undefined symbol: proj_create",
        "undefined-symbol",
        "possible",
        {"symbol": "proj_create"},
    ),
    Case(
        "no such version",
        "ERROR: No matching distribution found for nosuchthing==9",
        "no-such-version",
        "other",
    ),
    Case(
        "another Python required",
        "ERROR: Package 'x' requires a different Python: 3.8.10 not in '>=3.9'",
        "python-requirement",
        "other",
    ),
    # Not known, or not a failure.
    Case(
        "a crash",
        "python -c 'import x'\nSegmentation fault (core dumped)",
        "process-died",
        "possible",
    ),
    Case(
        "an ordinary traceback",
        "Traceback (most recent call last):\n  File \"a.py\", line 2, in <module>\nKeyError: 'x'",
        None,
        None,
    ),
    Case(
        "success",
        "Resolved 5 packages in 10ms\nInstalled 5 packages in 20ms\n + numpy==2.4.0\n",
        None,
        None,
    ),
    Case("a question", "how do I make uv use the same torch when building flash-attn?", None, None),
    Case(
        "a network failure",
        "error: Failed to fetch: `https://index.example/simple/x/`\n  Caused by: operation timed out",
        "server-not-reached",
        "other",
    ),
    # Whose module it is, where several files are named.
    Case(
        "macOS names where it looked",
        "ImportError: dlopen(/opt/venv/lib/python3.11/site-packages/torch_sparse/_convert_cpu.so, 0x0006): "
        "Symbol not found: __ZN3c106detail14torchCheckFailEPKcS2_jRKSs\n"
        "  Referenced from: /opt/venv/lib/python3.11/site-packages/torch_sparse/_convert_cpu.so\n"
        "  Expected in: /opt/venv/lib/python3.11/site-packages/torch/lib/libc10.dylib\n",
        "macos-symbol",
        "possible",
        {"consumer": "torch-sparse"},
    ),
    Case(
        "a module beside its package",
        "ImportError: dlopen(/Users/me/v/lib/python3.10/site-packages/_cffi_backend.cpython-310-darwin.so, 0x0002): "
        "tried: '/Users/me/v/lib/python3.10/site-packages/_cffi_backend.cpython-310-darwin.so' (mach-o file, "
        "but is an incompatible architecture (have 'x86_64', need 'arm64'))",
        "wrong-architecture",
        "native",
        {"consumer": "cffi"},
    ),
    Case(
        "Poetry names the package last",
        "  - Installing softioc (4.6.1): Failed\n\n  ChefBuildError\n\n  Backend subprocess exited when trying "
        "to invoke build_wheel\n\n  ModuleNotFoundError: No module named 'epicscorelibs'\n\nNote: This error "
        "originates from the build backend, and is likely not a problem with poetry but with softioc (4.6.1) not "
        "supporting PEP 517 builds.\n",
        "module-missing-in-build",
        "stopped",
        {"consumer": "softioc", "consumer_version": "4.6.1", "module": "epicscorelibs"},
    ),
    # A path is no name that the loader looks for.
    Case(
        "an extension whose file is gone",
        "ImportError: /home/pi/v/lib/python3.11/site-packages/cffi/_cffi.so: cannot open shared object file: "
        "No such file or directory",
        "file-gone",
        "native",
        {"consumer": "cffi", "library": "_cffi.so"},
    ),
    Case(
        "a library that ctypes asks for by its path",
        "OSError: /srv/v/lib/python3.12/site-packages/torch/lib/libtorch_global_deps.so: cannot open shared object "
        "file: No such file or directory",
        "file-gone",
        "native",
        {"consumer": "torch"},
    ),
    Case(
        "one line of a structured log",
        '{"level":"error","ts":"2026-11-03T10:11:12Z","msg":"ImportError: libc10_cuda.so: cannot open shared object '
        'file: No such file or directory"}',
        "torch-library",
        "possible",
        {"library": "libc10_cuda.so"},
    ),
    Case(
        "NumPy's last words",
        "AttributeError: _ARRAY_API not found\n",
        "numpy-abi",
        "possible",
    ),
    Case(
        "a plain mistake in Python",
        "ImportError: cannot import name 'cached_property' from 'werkzeug' "
        "(/v/lib/python3.11/site-packages/werkzeug/__init__.py)\n",
        None,
        None,
    ),
    # More kinds of what comes between a failure and its reader.
    Case(
        "jenkins timestamper",
        (
            "10:11:12  Traceback (most recent call last):\n"
            '10:11:12    File "/app/main.py", line 2, in <module>\n'
            "10:11:12      from slepc4py import SLEPc\n"
            '10:11:12    File "/usr/local/lib/python3.11/site-packages/slepc4py/lib/__init__.py", line 14, in <module>\n'
            "10:11:12      from . import _x\n"
            "10:11:12  ImportError: libslepc.so.3.19: cannot open shared object file: No such file or directory"
        ),
        "missing-library",
        "possible",
        {"library": "libslepc.so.3.19", "consumer": "slepc4py", "name": "slepc"},
    ),
    Case(
        "ray",
        (
            "(ServeReplica:llm pid=4242, ip=10.0.0.4) Traceback (most recent call last):\n"
            '(ServeReplica:llm pid=4242, ip=10.0.0.4)   File "/app/main.py", line 2, in <module>\n'
            "(ServeReplica:llm pid=4242, ip=10.0.0.4)     import vllm\n"
            '(ServeReplica:llm pid=4242, ip=10.0.0.4)   File "/usr/local/lib/python3.11/site-packages/vllm/_custom_ops.py", line 14, in <module>\n'
            "(ServeReplica:llm pid=4242, ip=10.0.0.4)     from . import _x\n"
            "(ServeReplica:llm pid=4242, ip=10.0.0.4) ImportError: /opt/v/lib/python3.12/site-packages/vllm/_C.abi3.so: undefined symbol: _ZN3c106ivalue14ConstantString6createESs"
        ),
        "torch-symbol",
        "possible",
        {"consumer": "vllm"},
    ),
    Case(
        "lambda pydantic",
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'handler': No module named 'pydantic_core._pydantic_core'",
        "module-for-another-python",
        "native",
        {"module": "pydantic_core._pydantic_core"},
    ),
    Case(
        "json log with escapes",
        '{"level":"error","exc_info":"Traceback (most recent call last):\\n  File \\"/app/a.py\\", line 1, in <module>\\n    import rasterio\\n  File \\"/usr/lib/python3.11/site-packages/rasterio/__init__.py\\", line 33, in <module>\\n    from rasterio._base import X\\nImportError: libgdal.so.32: cannot open shared object file: No such file or directory"}',
        "system-library",
        "native",
        {"library": "libgdal.so.32", "consumer": "rasterio"},
    ),
    Case(
        "jupyter conda gdal",
        (
            "---------------------------------------------------------------------------\n"
            "ImportError                               Traceback (most recent call last)\n"
            "Cell In[1], line 1\n"
            "----> 1 import fiona\n"
            "\n"
            "File ~/miniconda3/envs/geo/lib/python3.11/site-packages/fiona/__init__.py:86\n"
            "     84 import glob\n"
            "---> 86 from fiona.collection import BytesCollection, Collection\n"
            "\n"
            "ImportError: libgdal.so.34: cannot open shared object file: No such file or directory"
        ),
        "conda-library",
        "possible",
        {"library": "libgdal.so.34", "consumer": "fiona"},
    ),
    Case(
        "japanese",
        (
            "Traceback (most recent call last):\n"
            '  File "/app/main.py", line 2, in <module>\n'
            "    import softioc\n"
            '  File "/usr/local/lib/python3.11/site-packages/softioc/imports.py", line 14, in <module>\n'
            "    from . import _x\n"
            "ImportError: libdbRecStd.so.7.0.10.99.0: 共有オブジェクトファイルを開けません: そのようなファイルやディレクトリはありません\n"
        ),
        "missing-library",
        "possible",
        {"library": "libdbRecStd.so.7.0.10.99.0", "name": "epicscorelibs"},
    ),
    Case(
        "korean",
        "ImportError: libboost_python310.so.1.81.0: 동적 오브젝트 파일을 열 수 없습니다: 그런 파일이나 디렉터리가 없습니다",
        "missing-library",
        "possible",
        {"library": "libboost_python310.so.1.81.0"},
    ),
    Case(
        "turkish",
        "OSError: libgomp.so.1: paylaşımlı nesne dosyası açılamıyor: Böyle bir dosya ya da dizin yok",
        "compiler-runtime",
        "native",
        {"library": "libgomp.so.1"},
    ),
    Case(
        "windows german procedure",
        "ImportError: DLL load failed while importing QtWidgets: Die angegebene Prozedur wurde nicht gefunden.",
        "windows-procedure",
        "possible",
    ),
    Case(
        "windows init",
        (
            "Traceback (most recent call last):\r\n"
            '  File "C:\\Users\\a\\AppData\\Local\\Programs\\Python\\Python311\\Lib\\site-packages\\tensorflow\\python\\pywrap_tensorflow.py", line 62, in <module>\r\n'
            "    from tensorflow.python._pywrap_tensorflow_internal import *\r\n"
            "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: A dynamic link library (DLL) initialization routine failed.\r\n"
            "\r\n"
            "Failed to load the native TensorFlow runtime."
        ),
        "module-init",
        "possible",
        {"consumer": "tensorflow"},
    ),
    Case(
        "mac long omp",
        (
            "OSError: dlopen(/Users/a/v/lib/python3.11/site-packages/lightgbm/lib/lib_lightgbm.dylib, 0x0006): Library not loaded: @rpath/libomp.dylib\n"
            "  Referenced from: <D21A7969> /Users/a/v/lib/python3.11/site-packages/lightgbm/lib/lib_lightgbm.dylib\n"
            "  Reason: tried: '/opt/homebrew/opt/libomp/lib/libomp.dylib' (no such file), '/usr/local/lib/libomp.dylib' (no such file)"
        ),
        "compiler-runtime",
        "native",
        {"consumer": "lightgbm"},
    ),
    Case(
        "mac python framework",
        (
            "ImportError: dlopen(/Users/a/v/lib/python3.11/site-packages/astro/_astro.cpython-311-darwin.so, 0x0002): Library not loaded: /Library/Frameworks/Python.framework/Versions/3.11/Python\n"
            "  Referenced from: <52C5> /Users/a/v/lib/python3.11/site-packages/astro/_astro.cpython-311-darwin.so\n"
            "  Reason: tried: '/Library/Frameworks/Python.framework/Versions/3.11/Python' (no such file)"
        ),
        "other-libpython",
        "native",
    ),
    Case(
        "mac compat version",
        (
            "ImportError: dlopen(/Users/a/v/lib/python3.9/site-packages/lxml/etree.cpython-39-darwin.so, 2): Library not loaded: @rpath/libxml2.2.dylib\n"
            "  Referenced from: /Users/a/v/lib/python3.9/site-packages/lxml/etree.cpython-39-darwin.so\n"
            "  Reason: Incompatible library version: etree.cpython-39-darwin.so requires version 13.0.0 or later, but libxml2.2.dylib provides version 12.0.0"
        ),
        "macos-library-older",
        "skew",
        {"consumer": "lxml", "built": "13.0.0"},
    ),
    Case(
        "mac team ids",
        "ImportError: dlopen(/Users/a/x/_y.so, 0x0002): tried: '/Users/a/x/_y.so' (code signature in <AB> '/Users/a/x/_y.so' not valid for use in process: mapping process and mapped file (non-platform) have different Team IDs)",
        "not-executable",
        "native",
    ),
    Case(
        "numpy2 full",
        (
            "A module that was compiled using NumPy 1.x cannot be run in\n"
            "NumPy 2.1.3 as it may crash. To support both 1.x and 2.x\n"
            "versions of NumPy, modules must be compiled with NumPy 2.0.\n"
            "Some module may need to rebuild instead e.g. with 'pybind11>=2.12'.\n"
            "\n"
            "If you are a user of the module, the easiest solution will be to\n"
            "downgrade to 'numpy<2' or try to upgrade the affected module.\n"
            "We expect that some modules will need time to support NumPy 2.\n"
            "\n"
            'Traceback (most recent call last):  File "/app/run.py", line 1, in <module>\n'
            "    import onnxruntime\n"
            '  File "/usr/local/lib/python3.11/site-packages/onnxruntime/__init__.py", line 23, in <module>\n'
            "    from onnxruntime.capi._pybind_state import ExecutionMode\n"
            "AttributeError: _ARRAY_API not found\n"
            "ImportError: numpy.core.multiarray failed to import\n"
        ),
        "numpy-abi",
        "skew",
        {"consumer": "onnxruntime", "name": "numpy", "installed": "2.1.3", "built": "1.x"},
    ),
    Case(
        "np.float_",
        (
            "Traceback (most recent call last):\n"
            '  File "/app/main.py", line 2, in <module>\n'
            "    import chromadb\n"
            '  File "/usr/local/lib/python3.11/site-packages/chromadb/api/types.py", line 14, in <module>\n'
            "    from . import _x\n"
            "AttributeError: `np.float_` was removed in the NumPy 2.0 release. Use `np.float64` instead.\n"
        ),
        "numpy-names",
        "other",
        {"consumer": "chromadb"},
    ),
    Case(
        "pickle numpy._core",
        (
            '  File "/v/lib/python3.10/site-packages/joblib/numpy_pickle.py", line 577, in _unpickle\n'
            "ModuleNotFoundError: No module named 'numpy._core'"
        ),
        "numpy-names",
        "other",
    ),
    Case(
        "numba needs",
        "ImportError: Numba needs NumPy 2.2 or less. Got NumPy 2.3.",
        "releases-apart",
        "pair",
    ),
    Case(
        "size changed greenlet",
        "ValueError: greenlet.greenlet size changed, may indicate binary incompatibility. Expected 152 from C header, got 40 from PyObject",
        "size-changed",
        "possible",
        {"name": "greenlet"},
    ),
    Case(
        "does not export",
        (
            "Traceback (most recent call last):\n"
            '  File "/app/main.py", line 2, in <module>\n'
            "    import xmlsec\n"
            '  File "/usr/local/lib/python3.11/site-packages/xmlsec/__init__.py", line 14, in <module>\n'
            "    from . import _x\n"
            "ImportError: lxml.etree does not export expected C function elementFactory\n"
        ),
        "size-changed",
        "possible",
        {"name": "lxml", "consumer": "xmlsec"},
    ),
    Case(
        "hdf5 versions",
        (
            "Warning! ***HDF5 library version mismatched error***\n"
            "The HDF5 header files used to compile this application do not match\n"
            "the version used by the HDF5 library to which this application is linked.\n"
            "Data corruption or segmentation faults may occur if the application continues.\n"
            "Headers are 1.12.2, library is 1.14.3\n"
            "\tSUMMARY OF THE HDF5 CONFIGURATION\n"
            "Bye...\n"
            "Aborted (core dumped)"
        ),
        "hdf5-headers",
        "skew",
        {"name": "hdf5", "built": "1.12.2", "installed": "1.14.3"},
    ),
    Case(
        "xformers built",
        (
            "WARNING[XFORMERS]: xFormers can't load C++/CUDA extensions. xFormers was built for:\n"
            "    PyTorch 2.1.0+cu121 with CUDA 1201 (you have 2.3.0+cpu)\n"
            "    Python  3.10.13 (you have 3.10.12)"
        ),
        "extension-for-another-torch",
        "skew",
        {"name": "torch", "built": "2.1.0+cu121", "installed": "2.3.0+cpu", "consumer": "xformers"},
    ),
    Case(
        "torchvision cuda majors",
        "RuntimeError: Detected that PyTorch and torchvision were compiled with different CUDA major versions. PyTorch has CUDA Version=12.1 and torchvision has CUDA Version=11.8. Please reinstall the torchvision that matches your PyTorch install.",
        "extension-for-another-torch",
        "possible",
    ),
    Case(
        "driver too old",
        "RuntimeError: The NVIDIA driver on your system is too old (found version 11040). Please update your GPU driver by downloading and installing a new version",
        "gpu-driver",
        "native",
    ),
    Case(
        "not compiled with cuda",
        "AssertionError: Torch not compiled with CUDA enabled",
        "cpu-build",
        "native",
    ),
    Case(
        "cudnn",
        "RuntimeError: cuDNN version incompatibility: PyTorch was compiled  against (8, 9, 2) but found runtime version (8, 7, 0). PyTorch already comes with bundled cuDNN.",
        "cudnn",
        "skew",
        {"built": "8.9.2"},
    ),
    Case(
        "tf noise then proto",
        (
            "2026-01-01 10:10:10.123456: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file: No such file or directory\n"
            "Traceback (most recent call last):\n"
            '  File "/app/a.py", line 1, in <module>\n'
            "    import tensorflow\n"
            "TypeError: Descriptors cannot be created directly.\n"
            "If this call came from a _pb2.py file, your generated code is out of date and must be regenerated with protoc >= 3.19.0."
        ),
        "protobuf-generated",
        "pair",
    ),
    Case(
        "libprotobuf fatal",
        (
            "[libprotobuf FATAL google/protobuf/stubs/common.cc:83] This program was compiled against version 3.9.2 of the Protocol Buffer runtime library, which is not compatible with the installed version (3.21.9).  Contact the program author for an update.\n"
            "Aborted (core dumped)"
        ),
        "protobuf-runtime",
        "skew",
        {"built": "3.9.2", "installed": "3.21.9"},
    ),
    Case(
        "psycopg no pq",
        (
            "ImportError: no pq wrapper available.\n"
            "Attempts made:\n"
            "- couldn't import psycopg 'c' implementation: No module named 'psycopg_c'\n"
            "- couldn't import psycopg 'binary' implementation: No module named 'psycopg_binary'\n"
            "- couldn't import psycopg 'python' implementation: libpq library not found"
        ),
        "system-library",
        "native",
    ),
    Case(
        "weasyprint",
        "OSError: cannot load library 'libgobject-2.0-0': libgobject-2.0-0: cannot open shared object file: No such file or directory.  Additionally, ctypes.util.find_library() did not manage to locate a library called 'libgobject-2.0-0'",
        "system-library",
        "native",
    ),
    Case(
        "qt xcb",
        (
            'qt.qpa.plugin: Could not load the Qt platform plugin "xcb" in "" even though it was found.\n'
            "This application failed to start because no Qt platform plugin could be initialized. Reinstalling the application may fix this problem.\n"
            "\n"
            "Available platform plugins are: eglfs, xcb, offscreen.\n"
            "\n"
            "Aborted (core dumped)"
        ),
        "qt-plugin",
        "native",
    ),
    Case(
        "qt not defined",
        "ImportError: /v/lib/python3.11/site-packages/PyQt6/QtGui.abi3.so: symbol _ZN5QFontC1Ev, version Qt_6 not defined in file libQt6Gui.so.6 with link time reference",
        "undefined-symbol",
        "possible",
        {"consumer": "pyqt6", "symbol": "_ZN5QFontC1Ev"},
    ),
    Case(
        "exec stack",
        "ImportError: /v/lib/python3.10/site-packages/x/_x.so: cannot enable executable stack as shared object requires: Invalid argument",
        "executable-stack",
        "native",
    ),
    Case(
        "scipy grafted",
        (
            "Traceback (most recent call last):\n"
            '  File "/app/main.py", line 2, in <module>\n'
            "    import scipy\n"
            '  File "/usr/local/lib/python3.11/site-packages/scipy/linalg/__init__.py", line 14, in <module>\n'
            "    from . import _x\n"
            "ImportError: libscipy_openblas-68440149.so: cannot open shared object file: No such file or directory\n"
        ),
        "file-gone",
        "native",
        {"consumer": "scipy"},
    ),
    Case(
        "pyinit",
        "ImportError: dynamic module does not define module export function (PyInit__rust)",
        "no-init",
        "native",
    ),
    Case(
        "maturin pyo3",
        (
            "💥 maturin failed\n"
            "  Caused by: Failed to build a native library through cargo\n"
            "  error: the configured Python interpreter version (3.14) is newer than PyO3's maximum supported version (3.13)\n"
            "ERROR: Failed building wheel for tiktoken"
        ),
        "build-tool-release",
        "stopped",
        {"consumer": "tiktoken"},
    ),
    Case(
        "pep517 cython",
        (
            "  AttributeError: cython_sources\n"
            "  [end of output]\n"
            "error: subprocess-exited-with-error\n"
            "× Getting requirements to build wheel did not run successfully.\n"
            "ERROR: Failed to build 'pyyaml' when getting requirements to build wheel"
        ),
        "build-tool-release",
        "stopped",
        {"consumer": "pyyaml"},
    ),
    Case(
        "impimporter",
        (
            "error: subprocess-exited-with-error\n"
            "  × Getting requirements to build wheel did not run successfully.\n"
            "      AttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you mean: 'zipimporter'?\n"
            "  Collecting numpy==1.24.4"
        ),
        "build-tool-release",
        "stopped",
    ),
    Case(
        "mysqlclient pkgconfig",
        (
            "      Trying pkg-config --exists mysqlclient\n"
            "      Exception: Can not find valid pkg-config name.\n"
            "      Specify MYSQLCLIENT_CFLAGS and MYSQLCLIENT_LDFLAGS env vars manually\n"
            "  error: subprocess-exited-with-error"
        ),
        "no-header",
        "native",
    ),
    Case(
        "poetry solving",
        (
            "Because no versions of django-foo match >2.0,<3.0\n"
            " and django-foo (2.0) depends on django (>=5.0), django-foo (>=2.0,<3.0) requires django (>=5.0).\n"
            "So, because app depends on both django (^4.2) and django-foo (^2.0), version solving failed."
        ),
        "unsatisfiable-pin",
        "stopped",
    ),
    Case(
        "conda solve",
        (
            "Could not solve for environment specs\n"
            "The following packages are incompatible\n"
            "├─ gdal 3.8* is installable and it requires\n"
            "│  └─ libgdal 3.8.0, which requires\n"
            "└─ rasterio 1.2* is not installable\n"
            "LibMambaUnsatisfiableError: Encountered problems while solving:"
        ),
        "unsatisfiable-pin",
        "stopped",
    ),
    Case(
        "poetry candidates",
        (
            "  - Installing torch (2.2.0): Failed\n"
            "\n"
            "  RuntimeError\n"
            "\n"
            "  Unable to find installation candidates for torch (2.2.0)"
        ),
        "wrong-tag",
        "native",
    ),
    Case(
        "circular import",
        "ImportError: cannot import name '_helper' from partially initialized module 'app.util' (most likely due to a circular import) (/srv/app/util.py)",
        None,
        None,
    ),
    Case(
        "distutils gone",
        (
            "Traceback (most recent call last):\n"
            '  File "/app/main.py", line 2, in <module>\n'
            "    import tensorboard\n"
            '  File "/usr/local/lib/python3.11/site-packages/tensorboard/compat/x.py", line 14, in <module>\n'
            "    from . import _x\n"
            "ModuleNotFoundError: No module named 'distutils'\n"
        ),
        "removed-from-python",
        "other",
    ),
    Case(
        "etree",
        "ImportError: cannot import name 'etree' from 'lxml' (/var/task/lxml/__init__.py)",
        "module-for-another-python",
        "native",
    ),
    Case(
        "cffi backend",
        "ModuleNotFoundError: No module named '_cffi_backend'",
        "module-for-another-python",
        "native",
        {"module": "_cffi_backend"},
    ),
    Case(
        "python version mismatch",
        (
            "ImportError: Python version mismatch: module was compiled for Python 3.10, but the interpreter version is incompatible: 3.9.10 (main, May 23 2023, 12:55:28) \n"
            "[GCC 11.3.0]."
        ),
        "python-symbol",
        "native",
    ),
    Case(
        "petsc symbol conda",
        (
            'File "/home/xh/jax/example.py", line 6, in <module>\n'
            '  File "/home/xh/.conda/envs/jf/lib/python3.10/site-packages/petsc4py/lib/__init__.py", line 77, in import_module\n'
            "    module = importlib.util.module_from_spec(spec)\n"
            "ImportError: /home/xh/.conda/envs/jf/lib/libpetsc.so.3.24: undefined symbol: MPI_Neighbor_alltoallv_init"
        ),
        "undefined-symbol",
        "possible",
        {"symbol": "MPI_Neighbor_alltoallv_init", "consumer": "petsc4py"},
    ),
    Case(
        "libsz",
        (
            "Traceback (most recent call last):\n"
            '  File "<string>", line 1, in <module>\n'
            '  File "/opt/3.4.4/lib/python3.4/site-packages/h5py/__init__.py", line 24, in <module>\n'
            "    from . import _errors\n"
            "ImportError: libsz.so.2: cannot open shared object file: No such file or directory"
        ),
        "system-library",
        "native",
        {"library": "libsz.so.2", "consumer": "h5py"},
    ),
    Case(
        "hunspell docker",
        (
            '  File "/usr/local/lib/python3.6/site-packages/hunspell/__init__.py", line 3, in <module>\n'
            "ImportError: libhunspell-1.3.so.0: cannot open shared object file: No such file or directory"
        ),
        "system-library",
        "native",
        {"library": "libhunspell-1.3.so.0"},
    ),
    Case(
        "softioc nox listing",
        (
            "nox > Installed 3 packages in 12ms\n"
            "nox >  + epicscorelibs==7.0.7.99.1.2\n"
            "nox >  + softioc==4.6.1\n"
            "nox > Traceback (most recent call last):\n"
            'nox >   File "/w/.nox/t/lib/python3.12/site-packages/softioc/imports.py", line 4, in <module>\n'
            "nox > ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: No such file or directory"
        ),
        "missing-library",
        "possible",
        {
            "name": "epicscorelibs",
            "installed": "7.0.7.99.1.2",
            "consumer": "softioc",
            "consumer_version": "4.6.1",
        },
    ),
    Case(
        "ray listing",
        (
            "(pid=4242) Package         Version\n"
            "(pid=4242) --------------- -------\n"
            "(pid=4242) pyarrow         18.1.0\n"
            "(pid=4242) turbodbc        5.1.2\n"
            "(pid=4242) Traceback (most recent call last):\n"
            '(pid=4242)   File "/w/lib/python3.12/site-packages/turbodbc/api.py", line 4, in <module>\n'
            "(pid=4242) ImportError: libarrow.so.1700: cannot open shared object file: No such file or directory"
        ),
        "missing-library",
        "possible",
        {
            "name": "pyarrow",
            "installed": "18.1.0",
            "consumer": "turbodbc",
            "consumer_version": "5.1.2",
        },
    ),
    Case(
        "html escaped",
        (
            "File &quot;/v/lib/python3.11/site-packages/scipy/linalg/_fblas.so&quot;\n"
            "ImportError: /lib/libstdc++.so.6: version `GLIBCXX_3.4.30&#39; not found (required by /v/lib/python3.11/site-packages/scipy/linalg/_fblas.so)"
        ),
        "glibcxx",
        "native",
        {"symbol": "GLIBCXX_3.4.30", "consumer": "scipy"},
    ),
    Case(
        "torch._six",
        (
            '  File "/v/lib/python3.10/site-packages/deepspeed/runtime/utils.py", line 18, in <module>\n'
            "    from torch._six import inf\n"
            "ModuleNotFoundError: No module named 'torch._six'"
        ),
        "module-not-in-release",
        "unsure",
        {"module": "torch._six"},
    ),
    Case(
        "mkl torch conda",
        "ImportError: /opt/conda/lib/python3.10/site-packages/torch/lib/libtorch_cpu.so: undefined symbol: iJIT_NotifyEvent",
        "undefined-symbol",
        "possible",
        {"consumer": "torch", "symbol": "iJIT_NotifyEvent"},
    ),
    Case(
        "rocm",
        "ImportError: libamdhip64.so.6: cannot open shared object file: No such file or directory",
        "accelerator-library",
        "native",
    ),
    Case(
        "faster whisper cudnn",
        (
            "Unable to load any of {libcudnn_ops.so.9.1.0, libcudnn_ops.so.9.1, libcudnn_ops.so.9, libcudnn_ops.so}\n"
            "Invalid handle. Cannot load symbol cudnnCreateTensorDescriptor\n"
            "Aborted (core dumped)"
        ),
        "cuda-library",
        "native",
    ),
    Case(
        "tokenizers",
        (
            "ImportError: tokenizers>=0.21,<0.22 is required for a normal functioning of this module, but found tokenizers==0.20.3.\n"
            "Try: `pip install transformers -U`"
        ),
        "releases-apart",
        "pair",
    ),
    Case(
        "pip resolver then torch",
        (
            "ERROR: pip's dependency resolver does not currently take into account all the packages that are installed. This behaviour is the source of the following dependency conflicts.\n"
            "torchvision 0.17.0+cu121 requires torch==2.2.0, but you have torch 2.3.1 which is incompatible.\n"
            "Successfully installed torch-2.3.1\n"
            "Traceback (most recent call last):\n"
            '  File "a.py", line 1, in <module>\n'
            "    import torchvision\n"
            "RuntimeError: operator torchvision::nms does not exist"
        ),
        "torchvision-operators",
        "possible",
    ),
    Case(
        "proj",
        "rasterio.errors.CRSError: The EPSG code is unknown. PROJ: proj_create_from_database: /usr/share/proj/proj.db lacks DATABASE.LAYOUT.VERSION.MAJOR / DATABASE.LAYOUT.VERSION.MINOR metadata. It comes from another PROJ installation.",
        "proj-data",
        "possible",
    ),
    Case(
        "numpy c-api conda list",
        (
            "RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xf\n"
            "# packages in environment at /opt/conda:\n"
            "#\n"
            "numpy                     1.21.6           py39h18676bf_0    conda-forge\n"
            "ImportError: numpy.core.multiarray failed to import"
        ),
        "numpy-abi",
        "possible",
        {"name": "numpy", "installed": "1.21.6"},
    ),
    Case(
        "libshiboken",
        "ImportError: libshiboken6.abi3.so.6.7: cannot open shared object file: No such file or directory",
        "missing-library",
        "possible",
        {"name": "shiboken6"},
    ),
    Case(
        "ssl old",
        "ImportError: urllib3 v2 only supports OpenSSL 1.1.1+, currently the 'ssl' module is compiled with 'OpenSSL 1.0.2k-fips  26 Jan 2017'. See: https://github.com/urllib3/urllib3/issues/2168",
        "library-release",
        "native",
    ),
    Case(
        "pipdeptree skew",
        (
            "softioc==4.6.1\n"
            "  - epicscorelibs [required: >=7.0.10.99.0.0,<7.0.10.99.1, installed: 7.0.7.99.1.2]\n"
            "ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: No such file or directory"
        ),
        "missing-library",
        "skew",
        {"name": "epicscorelibs", "built": "7.0.10.99.0.0", "installed": "7.0.7.99.1.2"},
    ),
    Case(
        "pdm install then import",
        (
            "build-1  |   ✔ Install epicscorelibs 7.0.7.99.1.2 successful\n"
            "build-1  |   ✔ Install softioc 4.6.1 successful\n"
            "build-1  | Traceback (most recent call last):\n"
            'build-1  |   File "/app/.venv/lib/python3.12/site-packages/softioc/__init__.py", line 9, in <module>\n'
            "build-1  | ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: No such file or directory"
        ),
        "missing-library",
        "possible",
        {
            "name": "epicscorelibs",
            "installed": "7.0.7.99.1.2",
            "consumer": "softioc",
            "consumer_version": "4.6.1",
        },
    ),
    Case(
        "pipenv",
        (
            "[pipenv.exceptions.InstallError]: error: subprocess-exited-with-error\n"
            "[pipenv.exceptions.InstallError]: × Getting requirements to build wheel did not run successfully.\n"
            "[pipenv.exceptions.InstallError]:       ModuleNotFoundError: No module named 'torch'\n"
            "ERROR: Couldn't install package: torch-scatter\n"
            " Package installation failed..."
        ),
        "module-missing-in-build",
        "stopped",
        {"module": "torch"},
    ),
    Case(
        "french win",
        "ImportError: DLL load failed while importing _ssl: La procédure spécifiée est introuvable.",
        "windows-procedure",
        "possible",
    ),
    Case(
        "powershell",
        (
            "python.exe : Traceback (most recent call last):\r\n"
            "At line:1 char:1\r\n"
            '+ python -c "import onnxruntime"\r\n'
            "    + CategoryInfo          : NotSpecified: (Traceback (most recent call last)::String) [], RemoteException\r\n"
            '  File "C:\\v\\Lib\\site-packages\\onnxruntime\\__init__.py", line 57, in <module>\r\n'
            "ImportError: DLL load failed while importing onnxruntime_pybind11_state: A dynamic link library (DLL) initialization routine failed."
        ),
        "module-init",
        "possible",
        {"consumer": "onnxruntime"},
    ),
    Case(
        "mac mysql",
        (
            "ImportError: dlopen(/Users/a/v/lib/python3.12/site-packages/MySQLdb/_mysql.cpython-312-darwin.so, 0x0002): Library not loaded: /opt/homebrew/opt/mysql/lib/libmysqlclient.23.dylib\n"
            "  Referenced from: <X> /Users/a/v/lib/python3.12/site-packages/MySQLdb/_mysql.cpython-312-darwin.so\n"
            "  Reason: tried: '/opt/homebrew/opt/mysql/lib/libmysqlclient.23.dylib' (no such file)"
        ),
        "system-library",
        "native",
        {"consumer": "mysqlclient"},
    ),
    Case(
        "pandas libs",
        "ImportError: C extension: No module named 'pandas._libs.tslibs.base' not built. If you want to import pandas from the source directory, you may need to run 'python setup.py build_ext' to build the C extensions first.",
        "module-for-another-python",
        "native",
    ),
    Case(
        "pyopenssl",
        (
            '  File "/usr/lib/python3/dist-packages/OpenSSL/crypto.py", line 3268, in <module>\n'
            "AttributeError: module 'lib' has no attribute 'X509_V_FLAG_NOTIFY_POLICY'"
        ),
        "releases-apart",
        "pair",
        {"consumer": "pyopenssl"},
    ),
    Case(
        "netcdf4 build",
        ("      ValueError: did not find HDF5 headers\n  ERROR: Failed building wheel for netCDF4"),
        "no-header",
        "native",
        {"consumer": "netcdf4"},
    ),
    # Whose file the message is about, whatever the traceback says before and after it.
    Case(
        "an import that another package reports again",
        'File "/opt/v/lib/python3.11/site-packages/flash_attn/flash_attn_interface.py", line 10, in <module>\n'
        "ImportError: /opt/v/lib/python3.11/site-packages/flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so: "
        "undefined symbol: _ZN3c104cuda9SetDeviceEi\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        'File "/opt/v/lib/python3.11/site-packages/transformers/utils/import_utils.py", line 1603, in _get_module\n'
        "RuntimeError: Failed to import transformers.models because of the following error\n",
        "torch-symbol",
        "possible",
        {"consumer": "flash-attn"},
    ),
    Case(
        "a file on a line of its own",
        "ImportError:\n/opt/v/lib/python3.11/site-packages/flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so\n"
        ": undefined symbol: _ZN3c104cuda9SetDeviceEi\n"
        "│ /opt/v/lib/python3.11/site-packages/transformers/utils/import_utils.py:15 │\n",
        "torch-symbol",
        "possible",
        {"consumer": "flash-attn"},
    ),
    Case(
        "another package's warning below",
        "Warning: Could not load attentions: DLL load failed while importing _fused: 找不到指定的程序。\n"
        "WARNING: nodes not available: cannot import name 'Flags' from 'onnxruntime.capi._pybind_state' "
        "(D:\\app\\Lib\\site-packages\\onnxruntime\\capi\\_pybind_state.py)",
        "windows-procedure",
        "possible",
        {"consumer": None},
    ),
    Case(
        "the message above its traceback",
        "ImportError: libGL.so.1: cannot open shared object file: No such file or directory\nTraceback:\n"
        'File "/v/lib/python3.9/site-packages/streamlit/script_runner.py", line 332, in _run_script\n'
        'File "/v/lib/python3.9/site-packages/cv2/__init__.py", line 5, in <module>\n',
        "system-library",
        "native",
        {"consumer": "opencv-python"},
    ),
    Case(
        "a package of a namespace",
        "E   ImportError: /v/lib/python3.10/site-packages/google/protobuf/pyext/_message.cpython-310-x86_64-linux-gnu.so: "
        "undefined symbol: _ZN6google8protobuf2io17SafeDoubleToFloatEd",
        "undefined-symbol",
        "possible",
        {"consumer": "protobuf"},
    ),
    Case(
        "a namespace of many packages",
        "ImportError: /v/lib/python3.10/site-packages/google/cloud/_x.so: undefined symbol: thing",
        "undefined-symbol",
        "possible",
        {"consumer": None},
    ),
    Case(
        "a variant of a package",
        "onnxruntime-gpu    1.18.0\n"
        "ImportError: /v/lib/python3.10/site-packages/onnxruntime/capi/x.so: undefined symbol: OrtGetApi",
        "undefined-symbol",
        "possible",
        {"consumer": "onnxruntime-gpu", "consumer_version": "1.18.0"},
    ),
    Case(
        "a program that is frozen",
        'File "Lib\\site-packages\\PyInstaller\\hooks\\rthooks\\pyi_rth_x.py", line 40, in <module>\n'
        "ImportError: DLL load failed while importing win32api: Belirtilen yordam bulunamadı.",
        "windows-procedure",
        "possible",
        {"consumer": "pywin32"},
    ),
    Case(
        "faulthandler",
        "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f1c (most recent call first):\n"
        '  File "/v/lib/python3.10/site-packages/taichi/misc.py", line 432 in init\n'
        '  File "/v/lib/python3.10/site-packages/genesis/__init__.py", line 95 in init\n',
        "process-died",
        "possible",
        {"consumer": "taichi"},
    ),
    # Loaders and libraries.
    Case(
        "FreeBSD",
        'ImportError: /usr/local/lib/python3.11/site-packages/_sqlite3.so: Undefined symbol "sqlite3_load_extension"',
        "undefined-symbol",
        "possible",
        {"symbol": "sqlite3_load_extension"},
    ),
    Case(
        "two builds of cuBLAS",
        "OSError: /v/lib/libcublas.so.11: symbol free_gemm_select version libcublasLt.so.11 not defined in file "
        "libcublasLt.so.11 with link time reference",
        "cuda-symbol",
        "possible",
    ),
    Case(
        "JAX without cuSPARSE",
        "RuntimeError: jaxlib/cuda/versions_helpers.cc:81: operation cusparseGetProperty failed: The cuSPARSE library "
        "was not found.\nRuntimeError: Unable to load cuSPARSE. Is it installed?",
        "cuda-not-loaded",
        "possible",
    ),
    Case(
        "torchcodec",
        "RuntimeError: Could not load libtorchcodec. Likely causes:\n  1. FFmpeg is not properly installed.\n"
        "  2. The PyTorch version (2.4.0+cu124) is not compatible with\n     this version of TorchCodec.\n"
        "FFmpeg version 8: libavutil.so.60: cannot open shared object file: No such file or directory",
        "torchcodec",
        "possible",
        {"consumer": "torchcodec", "name": "torch", "installed": "2.4.0+cu124"},
    ),
    Case(
        "a binary for another CUDA",
        "bitsandbytes library load error: Configured CUDA binary not found at "
        "C:\\app\\Lib\\site-packages\\bitsandbytes\\libbitsandbytes_cuda130.dll",
        "file-gone",
        "native",
        {"consumer": "bitsandbytes", "library": "libbitsandbytes_cuda130.dll"},
    ),
    Case(
        "the Python half alone",
        '  File "/v/lib/python3.12/site-packages/cryptography/exceptions.py", line 9, in <module>\n'
        "ImportError: cannot import name 'exceptions' from 'cryptography.hazmat.bindings._rust' (unknown location)",
        "module-for-another-python",
        "native",
        {"consumer": "cryptography"},
    ),
    Case(
        "an older macOS",
        "ImportError: dlopen(/v/lib/python3.12/site-packages/psycopg2/_psycopg.so, 2): Symbol not found: ____chkstk_darwin\n"
        "  Referenced from: /v/lib/python3.12/site-packages/psycopg2/.dylibs/libcrypto.1.1.dylib (built for Mac OS X 10.15)\n"
        "  Expected in: /usr/lib/libSystem.B.dylib\n",
        "macos-too-old",
        "native",
        {"consumer": "psycopg2"},
    ),
    Case(
        "Windows without memory",
        "OSError: [WinError 1455] 页面文件太小，无法完成操作。 Error loading "
        '"C:\\v\\lib\\site-packages\\torch\\lib\\cudnn_adv_infer64_8.dll" or one of its dependencies.',
        "load-limit",
        "native",
        {"consumer": "torch"},
    ),
    Case(
        "generated code newer than protobuf",
        "ImportError: cannot import name 'runtime_version' from 'google.protobuf' "
        "(/v/lib/python3.12/site-packages/google/protobuf/__init__.py)",
        "protobuf-generated",
        "pair",
    ),
    # Builds and installers.
    Case(
        "a program of a build, in sh",
        "  - Installing mysqlclient (2.1.1): Failed\n\n  ChefBuildError\n\n  /bin/sh: mysql_config: command not found\n",
        "no-build-tool",
        "native",
    ),
    Case(
        "GDAL's program",
        "  Failed to get options via gdal-config: [Errno 2] No such file or directory: 'gdal-config'\n"
        "ERROR: No matching distribution found for fiona>=1.8",
        "no-build-tool",
        "native",
    ),
    Case(
        "a framework",
        "ld: framework not found GDAL\nerror: command 'c++' failed with exit status 1",
        "no-link-library",
        "native",
    ),
    Case(
        "no connection, and so no version",
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/x/\n"
        "ERROR: No matching distribution found for x",
        "server-not-reached",
        "other",
    ),
    Case(
        "conda's builds of another platform",
        "LibMambaUnsatisfiableError: Encountered problems while solving:\n- nothing provides requested zstd ==1.4.9 haebb681_0",
        "no-such-version",
        "other",
    ),
    Case(
        "micromamba",
        "critical libmamba Could not solve for environment specs",
        "unsatisfiable-pin",
        "stopped",
    ),
    Case(
        "Poetry's own traceback",
        "  So, because app depends on both a (1.0) and b (2.0), version solving failed.\n\n"
        "  at /opt/poetry/lib/python3.10/site-packages/poetry/puzzle/solver.py:159 in _solve\n",
        "unsatisfiable-pin",
        "stopped",
        {"consumer": None},
    ),
    Case(
        "a traceback in a log of a service that went on",
        "web-1 | SyntaxError: invalid syntax\nweb-1 | [2026-10-17 07:51:39 +0000] [26] [ERROR] Exception in worker process\n"
        'web-1 |   File "/usr/local/lib/python3.11/site-packages/gunicorn/util.py", line 352, in import_app',
        None,
        None,
    ),
    # Of a processor, a GPU and its driver.
    Case(
        "an instruction that is not there",
        "Fatal Python error: Illegal instruction\n\nCurrent thread 0x0000 (most recent call first):\n"
        '  File "/v/lib/python3.10/site-packages/tensorflow/python/pywrap_tensorflow.py", line 64 in <module>\n'
        '  File "/v/lib/python3.10/site-packages/launcher/run.py", line 9 in <module>\n',
        "wrong-cpu",
        "native",
        {"consumer": "tensorflow"},
    ),
    Case(
        "an instruction that is not there, in zsh",
        "zsh: illegal hardware instruction  python a.py",
        "wrong-cpu",
        "native",
    ),
    Case(
        "killed in a container",
        'process "/bin/sh -c pip install ." did not complete successfully: exit code: 137',
        "memory-gone",
        "other",
    ),
    Case(
        "a driver of another branch",
        "RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted on non supported HW",
        "gpu-driver",
        "native",
    ),
    Case(
        "a newer GPU",
        "/v/lib/python3.11/site-packages/torch/cuda/__init__.py:235: UserWarning: \n"
        "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.\n",
        "no-gpu-code",
        "native",
        {"consumer": "torch"},
    ),
    # Bindings, and who imports what.
    Case(
        "Boost.Python without a type",
        "TypeError: No Python class registered for C++ class std::vector<int, std::allocator<int> >",
        "pybind11-types",
        "possible",
    ),
    Case(
        "a module that is one file",
        'Traceback (most recent call last):\n  File "/v/lib/python3.12/site-packages/airflow/models/taskinstance.py", line 767, in _execute\n'
        '  File "/opt/dags/etl.py", line 3, in <module>\n    import pyodbc\n'
        "ImportError: libodbc.so.2: cannot open shared object file: No such file or directory",
        "system-library",
        "native",
        {"consumer": "pyodbc"},
    ),
    Case(
        "Python's own module is nobody's package",
        'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in <module>\n    import sqlite3\n'
        "ImportError: libsqlite3.so.0: cannot open shared object file: No such file or directory",
        "system-library",
        "native",
        {"consumer": None},
    ),
    Case(
        "who uses the removed name, not NumPy",
        'Traceback (most recent call last):\n  File "/v/lib/python3.11/site-packages/tables/x.py", line 5, in <module>\n'
        '  File "/v/lib/python3.11/site-packages/numpy/__init__.py", line 324, in __getattr__\n'
        "AttributeError: module 'numpy' has no attribute 'object'.",
        "numpy-names",
        "other",
        {"consumer": "tables"},
    ),
    Case(
        "a heading whose traceback comes below",
        "/v/lib/python3.10/site-packages/transformers/hub.py:110: FutureWarning: deprecated\n\n"
        "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.2.3 as it may crash.\n\n"
        'Traceback (most recent call last):  File "/srv/app.py", line 3, in <module>\n'
        '  File "/v/lib/python3.10/site-packages/torch/nn/modules/transformer.py", line 20, in <module>\n',
        "numpy-abi",
        "skew",
        {"consumer": "torch", "name": "numpy", "installed": "2.2.3", "built": "1.x"},
    ),
    Case(
        "GDAL without arrays",
        "ImportError: cannot import name '_gdal_array' from 'osgeo' (/v/lib/python3.11/site-packages/osgeo/__init__.py)",
        "gdal-without-numpy",
        "native",
        {"consumer": "gdal"},
    ),
    Case(
        "a search path twice",
        "ImportError: dlopen(/v/lib/python3.12/site-packages/numpy/_core/x.so, 0x0002): Library not loaded: "
        "@rpath/libgfortran.5.dylib\n  Reason: tried: '/v/lib/libgfortran.5.dylib' (duplicate LC_RPATH '@loader_path')",
        "macos-duplicate-rpath",
        "native",
    ),
    Case(
        "Rust refuses",
        "error: could not compile `tokenizers` (lib) due to 1 previous error\nERROR: Failed building wheel for tokenizers",
        "compiler-failed",
        "native",
        {"consumer": "tokenizers"},
    ),
    Case(
        "an architecture, in older words",
        "dlopen(/v/x.dylib, 6): no suitable image found. Did find:\n/v/x.dylib: mach-o, but wrong architecture",
        "wrong-architecture",
        "native",
    ),
    Case(
        "torch without NumPy",
        "RuntimeError: Numpy is not available",
        "torch-without-numpy",
        "possible",
    ),
    Case(
        "an unknown package, Poetry",
        "Package nosuchthing (0.6.2) not found.",
        "no-such-version",
        "other",
    ),
    Case(
        "Cython, in older words",
        "ValueError: thinc.extra.search.MaxViolation has the wrong size, try recompiling",
        "size-changed",
        "possible",
        {"name": "thinc"},
    ),
    Case(
        "a library that a package looks for by itself",
        'Traceback (most recent call last):\n  File "/v/lib/python3.11/site-packages/gribapi/bindings.py", line 40, in <module>\n'
        "RuntimeError: Cannot find the ecCodes library",
        "system-library",
        "native",
        {"consumer": "gribapi", "library": "ecCodes"},
    ),
    Case(
        "a client of a database",
        'cx_Oracle.DatabaseError: DPI-1047: Cannot locate a 64-bit Oracle Client library: "The specified module could not be found".',
        "system-library",
        "native",
        {"library": "Oracle"},
    ),
    Case(
        "a client of a database that is too new",
        "DPI-1047: Cannot locate a 64-bit Oracle Client library: \"/lib64/libc.so.6: version `GLIBC_2.14' not found (required by "
        '/opt/instantclient/libclntsh.so)".',
        "glibc-too-old",
        "native",
    ),
    Case(
        "what cffi was asked for",
        'Traceback (most recent call last):\n  File "/v/lib/python3.11/site-packages/cfgrib/bindings.py", line 56, in <module>\n'
        '  File "/v/lib/python3.11/site-packages/cffi/api.py", line 827, in _load_backend_lib\n'
        "OSError: ctypes.util.find_library() did not manage to locate a library called 'libeccodes'",
        "system-library",
        "native",
        {"consumer": "cfgrib", "library": "libeccodes"},
    ),
    Case("no library but a word", "ld: library not found for -lssl", "no-link-library", "native"),
    Case(
        "an egg",
        "ImportError: dlopen(/v/lib/python3.8/site-packages/pyo-1.0.4-py3.8-macosx-11.1-arm64.egg/pyo/_pyo.cpython-38-darwin.so, "
        "0x0002): symbol not found in flat namespace '_Pm_Close'",
        "macos-symbol",
        "possible",
        {"consumer": "pyo"},
    ),
    Case(
        "a module that has no package of its name",
        'Traceback (most recent call last):\n  File "/v/lib/python3.13/site-packages/dggal/dggal.py", line 1, in <module>\n'
        '    from ecrt import *\n  File "/v/lib/python3.13/site-packages/ecrt/ecrt.py", line 1, in <module>\n'
        "    from _pyecrt import *\nImportError: dlopen(/v/lib/python3.13/site-packages/_pyecrt.cpython-313-darwin.so, 0x0002): "
        "symbol not found in flat namespace '___eC_GetString'",
        "macos-symbol",
        "possible",
        {"consumer": "ecrt"},
    ),
    Case(
        "PDM's folder of packages",
        "RuntimeError: module compiled against API version 0xf but this version of numpy is 0xe\nTraceback (most recent call last):\n"
        '  File "/p/__pypackages__/3.9/lib/numba/core/typeconv/rules.py", line 3, in <module>\n'
        "    from .typeconv import TypeManager, TypeCastingRules\nImportError: numpy.core.multiarray failed to import",
        "numpy-abi",
        "possible",
        {"consumer": "numba"},
    ),
    Case(
        "a module of Python, below a package that imports it",
        '  File "D:\\envs\\t\\lib\\site-packages\\torch_geometric\\data\\download.py", line 3, in <module>\n    import ssl\n'
        '  File "D:\\envs\\t\\lib\\ssl.py", line 100, in <module>\n    from _ssl import OPENSSL_VERSION_NUMBER\n'
        "ImportError: DLL load failed while importing _ssl: The specified module could not be found.",
        "windows-dll",
        "possible",
        {"consumer": None},
    ),
    Case(
        "a file that TensorFlow was asked to load",
        'Traceback (most recent call last):\n  File "/p/coref_ops.py", line 5, in <module>\n'
        '    coref_op_library = tf.load_op_library("./coref_kernels.so")\n'
        '  File "/v/lib/python3.11/site-packages/tensorflow/python/framework/load_library.py", line 64, in load_op_library\n'
        "tensorflow.python.framework.errors_impl.NotFoundError: ./coref_kernels.so: undefined symbol: "
        "_ZN10tensorflow8internal21CheckOpMessageBuilder9NewStringB5cxx11Ev",
        "undefined-symbol",
        "possible",
        {"consumer": None},
    ),
    Case(
        "a symbol in bold",
        "OSError: /v/lib/python3.7/site-packages/torch_sparse/_version.so: undefined symbol: **_ZN3c106detail12infer_schemaE**",
        "torch-symbol",
        "possible",
        {"consumer": "torch-sparse", "symbol": "_ZN3c106detail12infer_schemaE"},
    ),
    Case(
        "OpenCV without windows",
        "cv2.error: OpenCV(4.5.1) /tmp/opencv/modules/highgui/src/window.cpp:651: error: (-2:Unspecified error) The function is not "
        "implemented. Rebuild the library with Windows, GTK+ 2.x or Cocoa support.",
        "opencv-windows",
        "native",
    ),
    Case(
        "a library that Go built, on Alpine",
        "ImportError: Error relocating /usr/lib/python3.9/site-packages/dockerfile.abi3.so: (null): initial-exec TLS resolves to "
        "dynamic definition in /usr/lib/python3.9/site-packages/dockerfile.abi3.so",
        "glibc-on-musl",
        "native",
        {"consumer": "dockerfile"},
    ),
    Case(
        "a program of a build, on Windows",
        "  x Failed to build `faiss-cpu==1.11.0`\n      error: command 'swig.exe' failed: None",
        "no-build-tool",
        "native",
        {"consumer": "faiss-cpu"},
    ),
    Case(
        "no make for CMake",
        "CMake Error: CMAKE_C_COMPILER not set, after EnableLanguage",
        "no-build-tool",
        "native",
    ),
    Case(
        "a plugin of JAX",
        "RuntimeError: Unable to initialize backend 'cuda': INVALID_ARGUMENT: Mismatched PJRT plugin PJRT API version (0.54) and "
        "framework PJRT API version 0.51).",
        "releases-apart",
        "pair",
    ),
    Case(
        "several tries, of which one is another architecture",
        "ImportError: no pq wrapper available.\nAttempts made:\n- couldn't import psycopg 'c' implementation: No module named "
        "'psycopg_c'\n- couldn't import psycopg 'binary' implementation: dlopen(/v/lib/python3.11/site-packages/psycopg_binary/"
        "pq.cpython-311-darwin.so, 0x0002): (mach-o file, but is an incompatible architecture (have (x86_64), need (arm64e)))\n"
        "- couldn't import psycopg 'python' implementation: libpq library not found",
        "wrong-architecture",
        "native",
        {"consumer": "psycopg-binary"},
    ),
    Case(
        "a function of Python, on Alpine",
        "ImportError: Error relocating /jd_scripts/algo_linux.so: PyInterpreterState_GetID: symbol not found",
        "python-symbol",
        "native",
    ),
    Case(
        "what EPICS asks for by name",
        "Unable to find symbol 'pvar_dset_devLoPDBQ2UTag' : /venv/lib/python3.10/site-packages/epicscorelibs/lib/"
        "libdbCore.so.7.0.7.99.0: undefined symbol: pvar_dset_devLoPDBQ2UTag\nTraceback (most recent call last):\n"
        '  File "/venv/lib/python3.10/site-packages/softioc/__init__.py", line 28, in <module>\n'
        "    raise RuntimeError('Error registering')\nRuntimeError: Error registering",
        "undefined-symbol",
        "possible",
        {"consumer": "softioc"},
    ),
    Case(
        "what ldd of musl lists for each module",
        "Error relocating /usr/lib/python3.11/site-packages/pywayland/_ffi.abi3.so: PyObject_Free: symbol not found",
        None,
        None,
    ),
    Case(
        "a backend that does not load, Poetry in Docker",
        "8.716   ChefBuildError\n8.716 \n8.716   Backend 'setuptools.build_meta:__legacy__' is not available.\n8.716 \n"
        "8.720 Note: This error originates from the build backend, and is likely not a problem with poetry but with numpy (1.24.1) "
        "not supporting PEP 517 builds.",
        "backend-not-loaded",
        "stopped",
        {"consumer": "numpy", "consumer_version": "1.24.1"},
    ),
    Case(
        "a build that Poetry begins",
        " Installing pyyaml (6.0): Failed\n\n  ChefBuildError\n\n  AttributeError: cython_sources",
        "build-tool-release",
        "stopped",
        {"consumer": "pyyaml", "consumer_version": "6.0"},
    ),
    Case(
        "Rust's compiler",
        "28.56       error[E0425]: cannot find function `PyUnicode_FromKindAndData` in module `pyo3::ffi`",
        "compiler-failed",
        "native",
    ),
    Case(
        "a DLL, by its error's number",
        '[E:onnxruntime:Default, provider_bridge_ort.cc:1022 onnxruntime::ProviderLibrary::Get] LoadLibrary failed with error 126 "" '
        'when trying to load "C:\\v\\lib\\site-packages\\onnxruntime\\capi\\onnxruntime_providers_cuda.dll"',
        "windows-dll",
        "possible",
        {"consumer": "onnxruntime"},
    ),
    Case(
        "a library that PyInstaller left out",
        "PyInstallerImportError: Failed to load dynlib/dll 'x.dll'. Most probably this dynlib/dll was not found when the "
        "application was frozen.",
        "frozen-without",
        "native",
        {"library": "x.dll"},
    ),
    Case(
        "generated code, with protobuf's own frame last",
        '  File "/v/lib/python3.13/site-packages/streamlit/proto/RootContainer_pb2.py", line 33, in <module>\n'
        '  File "/v/lib/python3.13/site-packages/google/protobuf/descriptor.py", line 933, in __new__\n'
        "TypeError: Descriptors cannot be created directly.",
        "protobuf-generated",
        "pair",
        {"consumer": "streamlit"},
    ),
    Case(
        "sqlite, Python 2",
        "ImportError: No module named _sqlite3",
        "python-without",
        "native",
        {"module": "_sqlite3"},
    ),
    Case(
        "no database of PROJ, pytest",
        "rasterio/_crs.pyx:285: in rasterio._crs._CRS.from_epsg\nE   rasterio._err.CPLE_AppDefinedError: PROJ: "
        "proj_create_from_database: Cannot find proj.db",
        "proj-data",
        "possible",
    ),
    Case(
        "static TLS, in older words",
        "ImportError: dlopen: cannot load any more object with static TLS",
        "static-tls",
        "native",
    ),
    Case(
        "the driver's library, Triton",
        "AssertionError: libcuda.so cannot found!",
        "driver-library",
        "native",
        {"library": "libcuda.so"},
    ),
    Case(
        "a Python that pyenv builds",
        "WARNING: The Python bz2 extension was not compiled. Missing the bzip2 lib?\n"
        "ERROR: The Python ssl extension was not compiled. Missing the OpenSSL lib?",
        "python-without",
        "native",
        {"module": "ssl"},
    ),
    Case(
        "a library of CUDA, in TensorFlow's older words",
        "I tensorflow/stream_executor/dso_loader.cc:126] Couldn't open CUDA library libcudnn.so.5. LD_LIBRARY_PATH: /usr/local/lib64",
        "cuda-library",
        "native",
        {"library": "libcudnn.so.5"},
    ),
    Case(
        "a form of file that this macOS does not know",
        "ImportError: dlopen(/v/lib/python3.10/site-packages/netCDF4/_netCDF4.cpython-310-darwin.so, 2): Library not loaded: "
        "@loader_path/libzip.5.5.dylib\n  Referenced from: /v/lib/python3.10/site-packages/netCDF4/.dylibs/libnetcdf.19.dylib\n"
        "  Reason: no suitable image found.  Did find:\n\t/v/lib/python3.10/site-packages/netCDF4/.dylibs/libzip.5.5.dylib: cannot "
        "load 'libzip.5.5.dylib' (load command 0x80000034 is unknown)",
        "macos-too-old",
        "native",
        {"consumer": "netcdf4"},
    ),
    Case(
        "a build that uv begins, in older words",
        "error: Failed to prepare distributions\n  Caused by: Failed to fetch wheel: flash-attn==2.6.1\n  Caused by: Build backend "
        "failed to determine extra requires with `build_wheel()` with exit status: 1\n--- stderr:\nTraceback (most recent call last):\n"
        '  File "/home/dev/.cache/uv/builds-v0/.tmpAjfIR6/lib/python3.10/site-packages/setuptools/build_meta.py", line 302, in '
        "_get_build_requires\nModuleNotFoundError: No module named 'torch'",
        "module-missing-in-build",
        "stopped",
        {"consumer": "flash-attn", "consumer_version": "2.6.1", "module": "torch"},
    ),
    Case(
        "uv's hint, wrapped",
        "4.984       ModuleNotFoundError: No module named 'torch'\n4.984 \n4.984       hint: This error likely indicates that "
        "`flash-attn@2.7.3` depends\n4.984       on `torch`, but doesn't declare it as a build dependency.",
        "module-missing-in-build",
        "stopped",
        {"consumer": "flash-attn", "consumer_version": "2.7.3", "module": "torch"},
    ),
    Case(
        "a compiler that only a cache wants",
        "unable to execute 'gcc': No such file or directory\nTraceback (most recent call last):\nImportError: /usr/lib64/libstdc++.so.6: "
        "version `GLIBCXX_3.4.21' not found (required by /v/lib/python3.6/site-packages/zmq/backend/cython/libzmq.so.5.1.2)",
        "glibcxx",
        "native",
        {"consumer": "pyzmq"},
    ),
    Case(
        "a damaged heap, PyCharm",
        "Process finished with exit code -1073740940 (0xC0000374)",
        "process-died",
        "possible",
    ),
    Case(
        "an instruction, PyCharm",
        "Process finished with exit code -1073741795 (0xC000001D)",
        "wrong-cpu",
        "native",
    ),
    Case(
        "what pip leaves unmet, in older words",
        "ERROR: torchvision 0.5.0 has requirement torch==1.4.0, but you'll have torch 1.3.1 which is incompatible.",
        "conflict-left",
        "other",
        {"consumer": "torchvision", "name": "torch", "installed": "1.3.1"},
    ),
    Case(
        "a path in JSON",
        '{"message": "[WinError 126] The specified module could not be found. Error loading '
        '\\"c:\\\\v\\\\Lib\\\\site-packages\\\\torch\\\\lib\\\\fbgemm.dll\\" or one of its dependencies."}',
        "windows-dll",
        "possible",
        {"consumer": "torch"},
    ),
    Case(
        "a part of MKL",
        "Intel MKL FATAL ERROR: Cannot load libmkl_avx2.so or libmkl_def.so.",
        "mkl",
        "possible",
    ),
    Case(
        "an extension that PyTorch compiles by itself",
        '  File "/v/lib/python3.9/site-packages/torch/utils/cpp_extension.py", line 2136, in _import_module_from_library\n'
        "ImportError: /home/dev/.cache/torch_extensions/py39_cu121/fused_adam/fused_adam.so: cannot open shared object file: No such file "
        "or directory",
        "torch-jit",
        "native",
        {"consumer": None},
    ),
    Case(
        "no wheel beside setuptools",
        "      error: invalid command 'bdist_wheel'",
        "no-bdist-wheel",
        "stopped",
    ),
    Case(
        "a file that was replaced",
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, "
        "please update the hashes.\n    numpy==2.2.6 from an index:\n        Expected sha256 0011\n             Got        2233",
        "hash-mismatch",
        "stopped",
    ),
    Case(
        "a wheel that uv cannot unpack, in a frame",
        "  × Failed to download `s1-dataiku==0.1.dev1+g990d7941d`\n  ├─▶ Failed to extract archive:\n"
        "  │   s1_dataiku-0.1.dev1+g990d7941d-py3-none-any.whl\n"
        "  ╰─▶ ZIP file contains trailing contents after the end-of-central-directory\n      record",
        "file-damaged",
        "stopped",
        {"consumer": "s1-dataiku"},
    ),
    Case(
        "a Python that uv cannot unpack",
        "error: Failed to install cpython-3.12.5-windows-x86_64-none: Failed to extract archive: "
        "cpython-3.12.5%2B20240814-x86_64-pc-windows-msvc-install_only_stripped.tar.gz",
        "file-damaged",
        "stopped",
        {"consumer": None},
    ),
    Case(
        "a wheel that pip cannot unpack",
        '  File "/v/lib/python3.6/site-packages/pip/_internal/utils/unpacking.py", line 101, in unzip_file\n'
        '    zip = zipfile.ZipFile(zipfp, allowZip64=True)\n  File "/opt/lib/python3.6/zipfile.py", line 1131, in __init__\n'
        "    self._RealGetContents()\nzipfile.BadZipFile: File is not a zip file",
        "file-damaged",
        "stopped",
    ),
    Case(
        "data that a program cannot unpack",
        '  File "/v/lib/python3.9/site-packages/torchvision/datasets/utils.py", line 409, in extract_archive\n'
        '    extractor(from_path, to_path, compression)\n  File "/usr/lib/python3.9/zipfile.py", line 1336, in __init__\n'
        "zipfile.BadZipFile: File is not a zip file",
        None,
        None,
    ),
    Case(
        "Debian's own Python",
        "error: externally-managed-environment\n\n× This environment is externally managed\n"
        "╰─> To install Python packages system-wide, try apt install python3-xyz, where xyz is the package",
        "externally-managed",
        "stopped",
    ),
    Case(
        "a package of distutils",
        "ERROR: Cannot uninstall 'PyYAML'. It is a distutils installed project and thus we cannot accurately determine which "
        "files belong to it which would lead to only a partial uninstall.",
        "no-list-of-files",
        "stopped",
        {"consumer": "pyyaml"},
    ),
    Case(
        "a package of the system",
        "error: uninstall-no-record-file\n\n× Cannot uninstall cryptography 41.0.7\n"
        "╰─> The package's contents are unknown: no RECORD file was found for cryptography.",
        "no-list-of-files",
        "stopped",
    ),
    Case(
        "a graphics card that is full",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB of which "
        "1.02 GiB is free.",
        "memory-gone",
        "other",
    ),
    # Programs that carry their packages with them.
    Case(
        "a program of PyInstaller, with frames below no folder",
        'Traceback (most recent call last):\n  File "tool.py", line 3, in <module>\n'
        '  File "PyInstaller\\loader\\pyimod02_importers.py", line 499, in exec_module\n'
        '  File "gridkit\\mesh\\__init__.py", line 5, in <module>\n'
        "ImportError: DLL load failed while importing _mesh: The specified procedure could not be found.",
        "windows-procedure",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "a program of Nuitka, whose frames name the module",
        'Traceback (most recent call last):\n  File "D:\\out\\TOOL~1.DIS\\tool.py", line 5, in <module>\n'
        '  File "D:\\out\\TOOL~1.DIS\\gridkit\\mesh.py", line 27, in <module gridkit.mesh>\n'
        "ImportError: DLL load failed: The specified module could not be found.",
        "windows-dll",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "the Python of a frozen program",
        "Error loading Python DLL 'C:\\work\\build\\tool\\python39.dll'.\nLoadLibrary: The specified module could not be found.",
        "frozen-without",
        "native",
        {"consumer": None},
    ),
    Case(
        "a package beside Lambda's handler",
        "Unable to import module 'handler': /var/task/psycopg2/_psycopg.so: invalid ELF header",
        "wrong-architecture",
        "native",
        {"consumer": "psycopg2"},
    ),
    # The package of a traceback outside of site-packages.
    Case(
        "a checkout that an import leads into",
        'Traceback (most recent call last):\n  File "try.py", line 1, in <module>\n    from gridkit import grid\n'
        '  File "/src/gridkit-main/gridkit/__init__.py", line 9, in <module>\n    from . import _grid\n'
        "ImportError: /src/gridkit-main/gridkit/_grid.so: undefined symbol: grid_open_v2",
        "undefined-symbol",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "the folder of a script is no package",
        'Traceback (most recent call last):\n  File "/home/dev/torch/train.py", line 1, in <module>\n    import helper_ext\n'
        "ImportError: /home/dev/torch/helper_ext.so: undefined symbol: helper_open",
        "undefined-symbol",
        "possible",
        {"consumer": None},
    ),
    Case(
        "a script's imports, and the message apart from them",
        "import numpy as np\nimport gridkit\n\nRunning this on the cluster ends with\n\nOSError: libgomp.so.1: cannot open shared "
        "object file: No such file or directory",
        "compiler-runtime",
        "native",
        {"consumer": None},
    ),
    Case(
        "a statement that IPython marks among others",
        "ImportError                               Traceback (most recent call last)\n<ipython-input-2-ab> in <module>()\n"
        "----> 1 import gridkit\n      2 import pandas\n\nImportError: libhelper.so.3: cannot open shared object file: No such file "
        "or directory",
        "missing-library",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "a frame that Cython names",
        '  File "gridkit/_core.pyx", line 1, in init gridkit._core\nValueError: numpy.ndarray size changed, may indicate binary '
        "incompatibility. Expected 96 from C header, got 88 from PyObject",
        "numpy-abi",
        "possible",
        {"consumer": "gridkit"},
    ),
    # Builds of which the log says no more than that they failed.
    Case(
        "a build that Poetry hands to pip, in Docker",
        "#14 25.15   CalledProcessError\n#14 25.15\n#14 25.15   Command '['/usr/local/bin/python', '-m', 'pip', 'install', "
        "'--use-pep517', '--prefix', '/usr/local', '--no-deps', '/home/app/.cache/pypoetry/artifacts/c8/de/gridkit-binary-2.8.6.tar.gz']' "
        "returned non-zero exit status 1.",
        "build-failed",
        "unsure",
        {"consumer": "gridkit-binary", "consumer_version": "2.8.6"},
    ),
    Case(
        "a build for Poetry's lock",
        "Resolving dependencies...\n  PackageInfoError\n  Unable to determine package info for path: /tmp/tmpx/gridkit-2.6.5\n"
        "  at ~/.poetry/lib/poetry/inspection/info.py:406 in from_directory",
        "build-failed",
        "unsure",
        {"consumer": "gridkit", "consumer_version": "2.6.5"},
    ),
    Case(
        "a build for Poetry's lock, with its cause",
        "Unable to determine package info for path: /w/.venv/src/gridkit\n\nError output:\nTraceback (most recent call last):\n"
        '  File "/tmp/t/.venv/lib/python3.11/site-packages/setuptools/build_meta.py", line 318, in run_setup\n'
        "  File \"<string>\", line 9, in <module>\nModuleNotFoundError: No module named 'torch'",
        "module-missing-in-build",
        "stopped",
        {"consumer": "gridkit", "module": "torch"},
    ),
    Case(
        "a build that uv reports, cut off",
        "  × Failed to build `grid-probe==1.0.2`\n  ├─▶ The build backend returned an error\n  ╰─▶ Call to "
        "`setuptools.build_meta:__legacy__.build_wheel` failed (exit status: 1)\n\n      [stdout]\n      running bdist_wheel",
        "build-failed",
        "unsure",
        {"consumer": "grid-probe", "consumer_version": "1.0.2"},
    ),
    Case(
        "a build that PDM reports",
        "  ✖ Install gridkit 2.5.6 failed\nadd gridkit failed:\npdm.exceptions.BuildError: Build backend raised error: Showing the "
        "last 10 lines of the build output:\nModuleNotFoundError: No module named 'packaging'",
        "module-missing-in-build",
        "stopped",
        {"consumer": "gridkit", "consumer_version": "2.5.6", "module": "packaging"},
    ),
    Case(
        "a build that Pipenv reports",
        "An error occurred while installing gridkit==2.0.18 --hash=sha256:49! Will try again.\n"
        "[pipenv.exceptions.InstallError]: ['Building wheels for collected packages: gridkit']\n"
        "[pipenv.exceptions.InstallError]: ['ERROR: Command errored out with exit status 1:']",
        "build-failed",
        "unsure",
        {"consumer": "gridkit", "consumer_version": "2.0.18"},
    ),
    Case(
        "an option of setup.py is no externally managed Python",
        "ERROR: Command errored out with exit status 1: python -c 'import setuptools' install --record r.txt "
        "--single-version-externally-managed --compile\n    building 'gridkit._grid' extension",
        "build-failed",
        "unsure",
        {"consumer": "gridkit"},
    ),
    Case(
        "a build that failed beside one that did not",
        "Successfully built pyyaml\nFailed to build gridkit\n    Running setup.py install for gridkit: finished with status 'error'\n"
        "Successfully built six",
        "build-failed",
        "unsure",
        {"consumer": "gridkit"},
    ),
    Case(
        "another tool's build",
        "npm ERR! code ELIFECYCLE\nnpm ERR! Failed at the gridkit@4.14.1 postinstall script.",
        None,
        None,
    ),
    Case(
        "a build of an image",
        "ERROR: failed to solve: python:3.8-slim-x: failed to resolve source metadata",
        None,
        None,
    ),
    Case(
        "Microsoft's compiler, in older words",
        "running build_ext\nbuilding 'gridkit._mask' extension\nerror: Microsoft Visual C++ 14.0 is required.",
        "no-compiler",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "a program that CMake runs",
        "  × Failed to build `gridkit==20.0.0`\n      CMake Error at CMakeLists.txt:3 (project):\n        Running\n\n         'nmake' "
        "'-?'\n\n        failed with:\n\n         no such file or directory",
        "no-build-tool",
        "native",
        {"consumer": "gridkit"},
    ),
    # Names that are missing.
    Case(
        "a module that a package which is found does not have",
        '  File "/w/app/cache.py", line 7, in <module>\n    from gridkit.contrib.cache import Cache\n'
        "ModuleNotFoundError: No module named 'gridkit.contrib'",
        "module-not-in-release",
        "unsure",
        {"module": "gridkit.contrib"},
    ),
    Case(
        "what is imported is not who misses it",
        "  File \"/w/app/main.py\", line 7, in <module>\n    import gridkit\nModuleNotFoundError: No module named 'gridkit'",
        "missing-package",
        "other",
        {"module": "gridkit", "consumer": None},
    ),
    Case(
        "a name that Python no longer has",
        '  File "/v/lib/python3.10/site-packages/gridkit/tables.py", line 16, in <module>\n'
        "    from collections import Container, Iterable\nImportError: cannot import name 'Container' from 'collections' "
        "(/usr/lib/python3.10/collections/__init__.py)",
        "removed-from-python",
        "other",
        {"consumer": "gridkit"},
    ),
    Case(
        "a name that another package does not have",
        '  File "/v/lib/python3.10/site-packages/gridkit/tables.py", line 16, in <module>\n'
        "    from meshlib.urls import url_quote\nImportError: cannot import name 'url_quote' from 'meshlib.urls' "
        "(/v/lib/python3.10/site-packages/meshlib/urls.py)",
        "releases-apart",
        "pair",
    ),
    Case(
        "a name that a package's own module does not have",
        '  File "/v/lib/python3.10/site-packages/gridkit/tables.py", line 16, in <module>\n    from gridkit.urls import quote\n'
        "ImportError: cannot import name 'quote' from 'gridkit.urls' (/v/lib/python3.10/site-packages/gridkit/urls.py)",
        None,
        None,
    ),
    Case(
        "a name that Python's own module asks for",
        '  File "/v/lib/python3.10/site-packages/gridkit/tables.py", line 19, in <module>\n    class Row(Event):\n'
        '  File "/usr/lib/python3.10/dataclasses.py", line 1093, in _process_class\n'
        "AttributeError: module 'inspect' has no attribute 'signature'",
        None,
        None,
    ),
    # What a package says of itself.
    Case(
        "a package that compares its library's kind",
        'File "fetch.py", line 33, in <module>\n    import pycurl\nImportError: pycurl: libcurl link-time ssl backend (openssl) is '
        "different from compile-time ssl backend (gnutls)",
        "built-otherwise",
        "skew",
        {"consumer": "pycurl", "name": "libcurl", "built": "gnutls", "installed": "openssl"},
    ),
    Case(
        "an extension's own operators",
        "AttributeError: '_OpNamespace' '_C' object has no attribute 'rms_norm'",
        "torchvision-operators",
        "possible",
    ),
    Case(
        "CUDA's library on Windows",
        "RuntimeError: Library cublas64_11.dll is not found or cannot be loaded",
        "cuda-library",
        "native",
        {"library": "cublas64_11.dll"},
    ),
    Case(
        "a file of Linux on macOS",
        "ImportError: dlopen(/v/lib/python3.9/site-packages/gridkit/_g.so, 2): no suitable image found.  Did find:\n"
        "\t/v/lib/python3.9/site-packages/gridkit/_g.so: unknown file type, first eight bytes: 0x7F 0x45 0x4C 0x46 0x02 0x01 0x01 0x00",
        "wrong-architecture",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "musl, cut off",
        "Error loading shared library libhelper_sd.so",
        "missing-library",
        "possible",
        {"library": "libhelper_sd.so"},
    ),
    Case(
        "whose a C++ symbol is",
        "torch==2.1.0\nlm-kernels==0.3.1\nImportError: /v/lib/python3.10/site-packages/lm_kernels/_k.abi3.so: undefined symbol: _ZTIN3c107SymBoolE",
        "torch-symbol",
        "possible",
        {
            "consumer": "lm-kernels",
            "consumer_version": "0.3.1",
            "name": "torch",
            "installed": "2.1.0",
        },
    ),
    Case(
        "a package's own C++ symbol",
        "ImportError: /v/lib/python3.10/site-packages/pyarrow/libarrow_python.so: undefined symbol: _ZNK5arrow6Status8ToStringEv",
        "undefined-symbol",
        "possible",
        {"consumer": "pyarrow", "name": None},
    ),
    Case(
        "a file without its folder, of a known name",
        "still: flash_attn_2_cuda.cpython-312-x86_64-linux-gnu.so: undefined symbol: _ZNK3c106SymIntltEl",
        "torch-symbol",
        "possible",
        {"consumer": "flash-attn", "name": "torch"},
    ),
    Case(
        "an exception's class, in pytest's summary",
        "ERROR tests/test_sign.py - xmlsec.InternalError: (-1, 'lxml & xmlsec libxml2 library version mismatch')",
        "wrong-result",
        "possible",
        {"consumer": "xmlsec"},
    ),
    Case(
        "Django passes on an exception",
        "django.core.exceptions.ImproperlyConfigured: Error loading psycopg2 or psycopg module\n"
        "ImportError: libpq.so.5: cannot open shared object file: No such file or directory",
        "system-library",
        "native",
        {"consumer": None, "library": "libpq.so.5"},
    ),
    Case(
        "uv says for whom",
        "      [stderr]\n      src/codec.c:45:5: error: use of undeclared identifier 'FF_PROFILE'\n      1 error generated.\n"
        "      error: command '/usr/bin/clang' failed with exit code 1\n"
        "  help: `avkit` (v13.1.0) was included because `agents` (v0.1.0) depends on `avkit`",
        "compiler-failed",
        "native",
        {"consumer": "avkit", "consumer_version": "13.1.0"},
    ),
    Case(
        "GCC without its C++ compiler",
        "g++: fatal error: cannot execute 'cc1plus': execvp: No such file or directory\ncompilation terminated.\n"
        "error: command 'gcc' failed with exit status 1\n  ERROR: Failed building wheel for frames\n"
        "  Building wheel for arrays (PEP 517): finished with status 'done'",
        "no-compiler",
        "native",
        {"consumer": "frames"},
    ),
    Case(
        "no gcc, said twice",
        "  × python setup.py bdist_wheel did not run successfully.\n      unable to execute 'gcc': No such file or directory\n"
        "      unable to execute 'gcc': No such file or directory\n\n  note: This error originates from a subprocess",
        "no-compiler",
        "native",
    ),
    Case(
        "macOS names the library",
        "ImportError: dlopen(/v/lib/python3.9/site-packages/rbridge/_r.so, 2): Library not loaded: @rpath/libicuuc.54.dylib\n"
        "  Referenced from: /v/lib/python3.9/site-packages/rbridge/_r.so\n  Reason: image not found",
        "macos-library",
        "possible",
        {"consumer": "rbridge", "library": "libicuuc.54.dylib"},
    ),
    Case(
        "a package warns of another's version",
        "/v/lib/python3.9/site-packages/snowflake/connector/options.py:97: UserWarning: You have an incompatible version of 'pyarrow' "
        "installed (4.0.1), please install a version that adheres to: 'pyarrow<5.1.0,>=5.0.0; extra == \"pandas\"'",
        "releases-apart",
        "pair",
        {"consumer": "snowflake-connector-python", "name": "pyarrow", "installed": "4.0.1"},
    ),
    Case(
        "OpenCV's Qt, and no screen",
        "qt.qpa.xcb: could not connect to display \n"
        'qt.qpa.plugin: Could not load the Qt platform plugin "xcb" in "/v/lib/python3.9/site-packages/cv2/qt/plugins" even though it was found.\n'
        "This application failed to start because no Qt platform plugin could be initialized.",
        "qt-plugin",
        "native",
    ),
    Case(
        "Python's own module in a frozen program",
        'Traceback (most recent call last):\nFile "PyInstaller\\loader\\pyimod02_importers.py", line 352, in exec_module\n'
        'File "anyio\\_core\\_loop.py", line 7, in <module>\n'
        'File "PyInstaller\\loader\\pyimod02_importers.py", line 352, in exec_module\nFile "ssl.py", line 99, in <module>\n'
        "ImportError: DLL load failed while importing _ssl: The specified module could not be found.",
        "windows-dll",
        "possible",
        {"consumer": None},
    ),
    Case(
        "NumPy's text says that it is NumPy",
        "Importing the multiarray numpy extension module failed.  Most\nlikely you are trying to import a failed build of numpy.\n"
        "Original error was: DLL load failed: 找不到指定的模块。",
        "windows-dll",
        "possible",
        {"consumer": "numpy"},
    ),
    Case(
        "a module at the top of Lambda's folder",
        "Unable to import module 'handler': /lib64/libc.so.6: version `GLIBC_2.18' not found "
        "(required by /var/task/minify_html.cpython-36m-x86_64-linux-gnu.so)",
        "glibc-too-old",
        "native",
        {"consumer": "minify-html"},
    ),
    Case(
        "mamba's tree, cut off",
        "   │  ├─ python >=3.7,<3.11  but there are no viable options\n"
        "   │  │  ├─ python [3.7.0|3.7.1] conflicts with any installable versions previously reported;",
        "unsatisfiable-pin",
        "stopped",
    ),
    Case(
        "pip discards an archive",
        "    pg_config is required to build psycopg2 from source.  Please add the directory\nWARNING: Discarding "
        "https://index.example/packages/52/be/psycopg2-2.8.1.tar.gz#sha256=ab (from https://index.example/simple/psycopg2/). "
        "Command errored out with exit status 1: python setup.py egg_info Check the logs for full command output.",
        "no-build-tool",
        "native",
        {"consumer": "psycopg2", "consumer_version": "2.8.1"},
    ),
    Case(
        "Poetry's note alone",
        "12.25 Note: This error originates from the build backend, and is likely not a problem with poetry but with cairokit (1.4.0) not "
        "supporting PEP 517 builds. You can verify this by running 'pip wheel --use-pep517 \"cairokit (==1.4.0)\"'.",
        "build-failed",
        "unsure",
        {"consumer": "cairokit", "consumer_version": "1.4.0"},
    ),
    Case(
        "a package that lacks its own module, by a loader of another",
        '  File "/opt/ros/humble/lib/python3.10/dist-packages/rclpy/impl/implementation_singleton.py", line 32, in <module>\n'
        "    rclpy_implementation = import_c_library('._rclpy_pybind11', package)\n"
        '  File "/opt/ros/humble/lib/python3.10/site-packages/rpyutils/import_c_library.py", line 39, in import_c_library\n'
        "    return importlib.import_module(name, package=package)\n"
        "ModuleNotFoundError: No module named 'rclpy._rclpy_pybind11'",
        "module-for-another-python",
        "native",
        {"consumer": "rclpy"},
    ),
    Case(
        "pandas and an older NumPy",
        "ImportError: this version of pandas is incompatible with numpy < 1.22.4\nyour numpy version is 1.20.1.\n"
        "Please upgrade numpy to >= 1.22.4 to use this pandas version",
        "releases-apart",
        "pair",
        {"consumer": "pandas", "name": "numpy", "installed": "1.20.1"},
    ),
    Case(
        "a package that is told about by pip, and another that fails",
        "imgkit 2.1 requires arraykit<2, but you have arraykit 2.3.0 which is incompatible.\n"
        'Traceback (most recent call last):\n  File "/v/lib/python3.12/site-packages/gridkit/__init__.py", line 2, in <module>\n'
        "    from gridkit import _core\nImportError: libgrid.so.3: cannot open shared object file: No such file or directory",
        "missing-library",
        "possible",
        {"consumer": "gridkit", "library": "libgrid.so.3", "name": None, "installed": None},
    ),
    Case(
        "a file beside the packages belongs to the one that imports it",
        '  File "/v/lib/python3.11/site-packages/gridkit/ops.py", line 4, in <module>\n    import gridkit_cuda\n'
        "ImportError: /v/lib/python3.11/site-packages/gridkit_cuda.cpython-311-x86_64-linux-gnu.so: undefined symbol: "
        "_ZN3c104cuda9SetDeviceEi",
        "torch-symbol",
        "possible",
        {"consumer": "gridkit", "name": "torch"},
    ),
    Case(
        "a path from the root of a build",
        "ImportError: gridkit/_core.cpython-312-x86_64-linux-gnu.so: undefined symbol: grid_open",
        "undefined-symbol",
        "possible",
        {"consumer": "gridkit", "symbol": "grid_open"},
    ),
    Case(
        "a module that pybind11 named after its package",
        "ImportError: /v/lib/python3.10/site-packages/_gridkit_pybind11.cpython-310-x86_64-linux-gnu.so: undefined symbol: grid_open",
        "undefined-symbol",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "a folder of a package's own",
        "ImportError: dlopen(~/gridkit/_native/gridc.cpython-312-darwin.so, 0x0002): symbol not found in flat namespace '_GridOpen'",
        "macos-symbol",
        "possible",
        {"consumer": "gridkit", "symbol": "_GridOpen"},
    ),
    Case(
        "a path with a space is no package",
        "ImportError: dlopen(/Users/dev/Library/Application Support/Draw/addons/core.cpython-310-darwin.so, 0x0002): tried: "
        "'/Users/dev/Library/Application Support/Draw/addons/core.cpython-310-darwin.so' (fat file, but missing compatible "
        "architecture (have 'x86_64,arm64e', need 'arm64'))",
        "wrong-architecture",
        "native",
        {"consumer": None},
    ),
    Case(
        "Bazel's runfiles",
        '  File "/app/main.runfiles/pip_deps_gridkit_1_4/gridkit/core/__init__.py", line 17, in <module>\n    from . import _grid\n'
        "ImportError: libgrid.so.3: cannot open shared object file: No such file or directory",
        "missing-library",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "Databricks: the frames below the exception",
        "ValueError: arrowkit.lib.Options size changed, may indicate binary incompatibility. Expected 88 from C header, got 72 from PyObject\n"
        "File <command-2471>, line 1\n----> 1 from gridkit import open\n"
        "File /local_disk0/envs/pythonEnv-8d/lib/python3.10/site-packages/gridkit/__init__.py:17\n---> 17 from gridkit._core import x",
        "size-changed",
        "possible",
        {"consumer": "gridkit", "name": "arrowkit"},
    ),
    Case(
        "rich breaks a path",
        "│ /home/dev/app/run.py:3 in <module>                │\n│ /home/dev/.venv/lib/python3.12/site-packages/gri │\n"
        "│ dkit/__init__.py:5 in <module>                    │\n"
        "ImportError: libgrid.so.3: cannot open shared object file: No such file or directory",
        "missing-library",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "Android's loader, in its log",
        '01-27 07:21:04.812  7301  7409 I python  : ImportError: dlopen failed: cannot locate symbol "PyType_GetSlot" referenced by '
        '"/data/data/org.example/files/lib/python3.11/site-packages/gridkit/_core.so"...',
        "python-symbol",
        "native",
        {"consumer": "gridkit", "symbol": "PyType_GetSlot"},
    ),
    Case(
        "Android's loader and a library",
        'ImportError: dlopen failed: library "libgrid.so" not found',
        "missing-library",
        "possible",
        {"library": "libgrid.so"},
    ),
    Case(
        "a library that may not be read",
        "OSError: /opt/app/lib/python3.11/site-packages/gridkit/libgrid.so: cannot open shared object file: Permission denied",
        "not-executable",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "a second interpreter",
        "ImportError: module gridkit._core does not support loading in subinterpreters",
        "subinterpreter",
        "native",
    ),
    Case(
        "a module that fails in its own start",
        "SystemError: initialization of gridkit._core raised unreported exception",
        "module-init",
        "possible",
    ),
    Case(
        "a Python without its files",
        "Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem encoding\n"
        "ModuleNotFoundError: No module named 'encodings'",
        "python-symbol",
        "native",
    ),
    Case(
        "compiled files of another Python",
        "ImportError: bad magic number in 'gridkit': b'\\x03\\xf3\\r\\n'",
        "python-symbol",
        "native",
    ),
    Case(
        "SQLite that is too old",
        "django.core.exceptions.ImproperlyConfigured: SQLite 3.8.3 or later is required (found 3.7.17).",
        "library-release",
        "native",
    ),
    Case(
        "CMake that is too old",
        "CMake Error at CMakeLists.txt:1 (cmake_minimum_required):\n  CMake 3.26 or higher is required.  You are running version 3.22.1\n"
        "ERROR: Failed building wheel for gridkit",
        "library-release",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "a requirement in a package's own words",
        "RuntimeError: gridkit requires arraykit>=2.0, but found arraykit 1.4.2",
        "releases-apart",
        "pair",
        {"installed": "1.4.2"},
    ),
    Case(
        "OpenMP's error 15",
        "OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized.",
        "openmp-twice",
        "native",
    ),
    Case(
        "a signal by its number",
        "subprocess.CalledProcessError: Command '['python', 'run.py']' died with <Signals.SIGSEGV: 11>.",
        "process-died",
        "possible",
    ),
    Case(
        "a status of Windows",
        "Process finished with exit code -1073741819 (0xC0000005)",
        "process-died",
        "possible",
    ),
    Case(
        "an instruction that the processor lacks, by Windows's status",
        "Process finished with exit code -1073741795 (0xC000001D)",
        "wrong-cpu",
        "native",
    ),
    Case(
        "NumPy for a newer processor",
        '  File "/app/lib/python3.13/site-packages/numpy/_core/multiarray.py", line 11, in <module>\n'
        "    from . import _multiarray_umath, overrides\nRuntimeError: NumPy was built with baseline optimizations:\n"
        "(X86_V2) but your machine doesn't support:\n(X86_V2).",
        "wrong-cpu",
        "native",
        {"consumer": "numpy"},
    ),
    Case(
        "pipx's summary",
        "Fatal error from pip prevented installation. Full pip output in file:\n    /home/dev/.local/state/pipx/log/cmd_pip_errors.log\n\n"
        "pip seemed to fail to build package:\n    gridkit>=1.4\n\nSome possibly relevant errors from pip install:\n"
        "    error: subprocess-exited-with-error",
        "build-failed",
        "unsure",
        {"consumer": "gridkit"},
    ),
    Case(
        "CMake does not find a package",
        'CMake Error at CMakeLists.txt:12 (find_package):\n  By not providing "FindGrid.cmake" in CMAKE_MODULE_PATH this project has\n'
        '  asked CMake to find a package configuration file provided by "Grid", but\n  CMake did not find one.\n'
        "ERROR: Failed building wheel for gridkit",
        "no-header",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "Poetry without Cargo",
        "  • Installing gridkit (1.4.0): Failed\n\n  ChefBuildError\n\n  Backend subprocess exited when trying to invoke build_wheel\n\n"
        "  maturin failed\n    Caused by: Cargo metadata failed. Do you have cargo in your PATH?",
        "no-build-tool",
        "native",
        {"consumer": "gridkit", "consumer_version": "1.4.0"},
    ),
    Case(
        "versions that torch's tool lists",
        "ImportError: /v/lib/python3.11/site-packages/gridkit/_core.so: undefined symbol: _ZN3c104cuda9SetDeviceEi\n"
        "Versions of relevant libraries:\n[pip3] gridkit==1.4.0\n[pip3] torch==2.3.1",
        "torch-symbol",
        "possible",
        {"consumer": "gridkit", "consumer_version": "1.4.0", "name": "torch", "installed": "2.3.1"},
    ),
    Case(
        "Airflow's prefix",
        "[2024-03-05, 10:00:00 UTC] {taskinstance.py:1776} ERROR - Task failed with exception\n"
        '[2024-03-05, 10:00:00 UTC] {logging_mixin.py:150} INFO -   File "/v/lib/python3.10/site-packages/gridkit/__init__.py", line 2, in <module>\n'
        "[2024-03-05, 10:00:00 UTC] {logging_mixin.py:150} INFO - ImportError: libgrid.so.3: cannot open shared object file: No such file or directory",
        "missing-library",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "a driver that is not there",
        "RuntimeError: Data source name not found: [unixODBC][Driver Manager]Can't open lib 'ODBC Driver 18 for SQL Server' : file not found",
        "system-library",
        "native",
    ),
    Case(
        "a wheel for another platform, by its name",
        "ERROR: gridkit-1.4.0-cp311-cp311-win_amd64.whl is not a supported wheel on this platform.",
        "wrong-tag",
        "native",
        {"consumer": "gridkit", "consumer_version": "1.4.0"},
    ),
    Case(
        "ninja's end says nothing of a compiler",
        "ninja: build stopped: subcommand failed.\nERROR: Failed building wheel for gridkit",
        "build-failed",
        "unsure",
        {"consumer": "gridkit"},
    ),
    Case(
        "what LD_DEBUG lists is no failure",
        "     12:\tsymbol=grid;  lookup in file=/lib/libgrid.so [0]\n     12:\t/lib/libgrid.so: error: symbol lookup error: "
        "undefined symbol: GLIBCXX_3.4.32 (fatal)",
        None,
        None,
    ),
    Case(
        "a DLL that torch names, and Windows's %1",
        'OSError: The operating system cannot run %1. Error loading "C:\\\\app\\\\torch\\\\lib\\\\grid_ops.dll" or one of its dependencies.',
        "windows-dll",
        "possible",
    ),
    Case(
        "CUDA of an op builder",
        "Exception: >- Op Builder: Installed CUDA version 12.2 does not match the version torch was compiled with 11.7, "
        "unable to compile cuda/cpp extensions without a matching cuda version.",
        "cuda-of-the-build",
        "stopped",
    ),
    Case(
        "pydantic and its core",
        "SystemError: The installed pydantic-core version (2.33.1) is incompatible with the current pydantic version, which requires 2.27.2.",
        "releases-apart",
        "pair",
        {"consumer": "pydantic", "name": "pydantic-core", "installed": "2.33.1"},
    ),
    Case(
        "setuptools and a conflict",
        "error: gridlib 2.0.0 is installed but gridlib<2.0.0,>=0.2.6 is required by {'gridkit'}",
        "violated-requirement",
        "possible",
        {
            "consumer": "gridkit",
            "name": "gridlib",
            "required": "<2.0.0,>=0.2.6",
            "installed": "2.0.0",
        },
    ),
    Case(
        "libsolv in one line",
        "Encountered problems while solving:\n  - package gridkit-1.14-hb421002_0 requires gridlib >=1.14,<1.15.0a0, but none of the "
        "providers can be installed",
        "unsatisfiable-pin",
        "stopped",
    ),
    Case(
        "an egg that was unpacked, and an exception of Python's own",
        "builtins.ImportError: /home/dev/.cache/Python-Eggs/gridmesh-0.2.0+1acc-py3.9-linux-x86_64.egg-tmp/gridmesh/cuda/load."
        "cpython-39-x86_64-linux-gnu.so: undefined symbol: _ZN3c1011CPUTensorIdEv",
        "torch-symbol",
        "possible",
        {"consumer": "gridmesh", "name": "torch"},
    ),
    Case(
        "a module beside the package that it is named after",
        '  File "/srv/v/lib/python3.9/site-packages/GridMesh/__init__.py", line 5, in <module>\n    from GridMeshBackend._C import (\n'
        "ImportError: /srv/v/lib/python3.9/site-packages/GridMeshBackend/_C.cpython-39-x86_64-linux-gnu.so: undefined symbol: "
        "_ZNK2at6Tensor7optionsEv",
        "torch-symbol",
        "possible",
        {"consumer": "gridmesh", "name": "torch"},
    ),
    Case(
        "a requirement among other words",
        "Requirement already satisfied: numpy>=1.13.3 in /usr/lib/python3/dist-packages (from gridkit) (1.17.4)\n"
        '  File "/usr/local/lib/python3.9/dist-packages/gridkit/solve.py", line 4, in <module>\n    from ._solve import *\n'
        "ValueError: numpy.ndarray size changed, may indicate binary incompatibility. Expected 96 from C header, got 80 from PyObject",
        "numpy-abi",
        "possible",
        {"consumer": "gridkit", "name": "numpy", "required": ">=1.13.3", "installed": "1.17.4"},
    ),
    Case(
        "who asks for a module that another release has",
        '  File "/srv/v/lib/python3.9/site-packages/gridkit/fx.py", line 20, in <module>\n    from torch.fx.tracing import Proxy\n'
        "ModuleNotFoundError: No module named 'torch.fx.tracing'",
        "module-not-in-release",
        "unsure",
        {"consumer": "gridkit", "module": "torch.fx.tracing"},
    ),
    Case(
        "a module of one file in a program of PyInstaller",
        '  File "PyInstaller/loader/pyimod02_importers.py", line 419, in exec_module\n  File "Core/audio.py", line 3, in <module>\n'
        '    import gridsound as gs\n  File "<frozen importlib._bootstrap>", line 1360, in _find_and_load\n  File "gridsound.py", line 71, in <module>\n'
        "OSError: PortAudio library not found",
        "system-library",
        "native",
        {"consumer": "gridsound", "library": "PortAudio"},
    ),
    Case(
        "Blender's own folder of packages",
        'File "C:\\Blender\\3.6\\scripts\\addons\\bim\\libs\\site\\packages\\gridshape\\__init__.py", line 34, in <module>\nfrom .gridshape import *\n'
        "ImportError: DLL load failed while importing gridshape: Impossibile trovare il modulo specificato.",
        "windows-dll",
        "possible",
        {"consumer": "gridshape"},
    ),
    Case(
        "a header, in an older compiler's words",
        "    building 'gridkit.cimpl' extension\n    gridkit/src/grid.h:21:32: error: libgrid/grid.h: No such file or directory\n"
        "    error: command 'gcc' failed with exit status 1",
        "no-header",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "Microsoft's linker",
        'grid.obj : error LNK2001: unresolved external symbol "public: void __cdecl grid::Batch::Clear(void)" (?Clear@Batch@grid@@QEAAXXZ)',
        "compiler-failed",
        "native",
    ),
    Case(
        "a build for uv, with a colon",
        "error: Failed to download and build: gridkit==0.9.2\n  Caused by: Failed to build: gridkit==0.9.2\n"
        "  Caused by: Build backend failed to determine extra requires with `build_wheel()`:\n--- stderr:\n"
        "ModuleNotFoundError: No module named 'pybind11'",
        "module-missing-in-build",
        "stopped",
        {"consumer": "gridkit", "consumer_version": "0.9.2", "module": "pybind11"},
    ),
    Case(
        "a file that is named after the installed PyTorch",
        "FileNotFoundError: Cannot find Grid C++ sparse library at /srv/v/lib/python3.11/site-packages/gridgraph/sparse/"
        "libgrid_sparse_pytorch_2.4.0.so",
        "extension-for-another-torch",
        "possible",
        {"consumer": "gridgraph", "name": "torch", "installed": "2.4.0"},
    ),
    Case(
        "a file that a package looks for by its path",
        "FileNotFoundError: Could not find the grid runtime at /srv/v/lib/python3.11/site-packages/gridgraph/libgridrt.so.2",
        "file-gone",
        "native",
        {"consumer": "gridgraph", "library": "libgridrt.so.2"},
    ),
    Case(
        "a compiled module in a folder of its name",
        '  File "/srv/v/lib/python3.6/site-packages/gridkit/torch/mpi/__init__.py", line 18, in <module>\n    from ._mpi import ffi as _ffi\n'
        "ModuleNotFoundError: No module named 'gridkit.torch.mpi._mpi'",
        "module-for-another-python",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "a library that a package did not load",
        '  File "/srv/v/lib/python3.9/site-packages/gridview/gl.py", line 46, in <module>\n'
        "    raise RuntimeError('Could not load OpenGL library.')\nRuntimeError: Could not load OpenGL library.",
        "system-library",
        "native",
        {"consumer": "gridview", "library": "OpenGL"},
    ),
    Case(
        "a program that a package's own script calls",
        "  - Installing gridcurve (18.0.0): Failed\n  ChefBuildError\n  running build_clib\n  /tmp/tmpl5/gridcurve-18.0.0/lib/autogen.sh: 3: autoreconf: not found",
        "no-build-tool",
        "native",
        {"consumer": "gridcurve", "consumer_version": "18.0.0"},
    ),
    Case(
        "conda lacks what a package needs",
        "PackageNotFoundError: Dependencies missing in current win-64 channels:\n  - gridkit ==0.17.3 -> gridlib ==0.17.3",
        "no-such-version",
        "other",
    ),
    Case(
        "a package that says what must be there",
        "ImportError: gridlib version 1.7 or later must be installed to use GridKit. gridlib is not installed.",
        "missing-package",
        "other",
        {"module": "gridlib"},
    ),
    Case(
        "a GPU that nvcc does not know",
        "nvcc fatal   : Unsupported gpu architecture 'compute_89'",
        "library-release",
        "native",
    ),
    Case(
        "Meson does not find a library",
        "../meson.build:20:0: ERROR: C shared or static library 'grid3f' not found",
        "no-link-library",
        "native",
    ),
    Case(
        "Meson does not find a program",
        "../meson.build:41:2: ERROR: Program 'cython cython3' not found or not executable",
        "no-build-tool",
        "native",
    ),
    Case(
        "maturin's end",
        "💥 maturin failed\n  Caused by: Failed to build a native library through cargo",
        "build-failed",
        "unsure",
    ),
    Case(
        "macOS without its compiler",
        "xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools), missing xcrun",
        "no-compiler",
        "native",
    ),
    Case(
        "pip's newer words for a build's requirements",
        "ERROR: Failed to build 'gridkit' when getting requirements to build wheel",
        "build-failed",
        "unsure",
        {"consumer": "gridkit"},
    ),
    Case(
        "a program in a library's place",
        "ImportError: /srv/v/lib/python3.9/site-packages/gridkit/_c.so: cannot dynamically load position-independent executable",
        "wrong-architecture",
        "native",
        {"consumer": "gridkit"},
    ),
    Case(
        "a module of another Python, on Windows",
        "ImportError: DLL load failed while importing _c: Module use of python39.dll conflicts with this version of Python.",
        "python-symbol",
        "native",
    ),
    Case(
        "setuptools at run time",
        "pkg_resources.ContextualVersionConflict: (gridlib 1.19.0 (/srv/v/lib/python3.9/site-packages), Requirement.parse('gridlib>=1.20'), {'gridkit'})",
        "violated-requirement",
        "possible",
        {"consumer": "gridkit", "name": "gridlib", "installed": "1.19.0", "required": ">=1.20"},
    ),
    Case(
        "bindings beside the package",
        "Successfully installed gridnn-1.7 torch-2.2.0\nImportError: /srv/v/lib/python3.9/site-packages/gridnn_bindings/_86_C.cpython-39-x86_64-linux-gnu.so: undefined symbol: _ZN2at4_ops5zeros4callE",
        "torch-symbol",
        "possible",
        {"consumer": "gridnn", "consumer_version": "1.7", "name": "torch", "installed": "2.2.0"},
    ),
    Case(
        "bindings of nobody knows whom",
        "ImportError: /srv/v/lib/python3.9/site-packages/gridnn_bindings/_86_C.cpython-39-x86_64-linux-gnu.so: undefined symbol: _ZN2at4_ops5zeros4callE",
        "torch-symbol",
        "possible",
        {"consumer": None},
    ),
    Case(
        "an old conda without a package",
        "Error: No packages found in current osx-64 channels matching: gridkit",
        "no-such-version",
        "other",
    ),
    Case(
        "an old conda without a dependency",
        "Error: Could not find some dependencies for gridkit: gsl",
        "no-such-version",
        "other",
        {"consumer": "gridkit"},
    ),
    Case(
        "a plugin that its own package does not find",
        "  Tried '/srv/v/lib/python3.9/site-packages/gridopt' :\n    Error code: dlopen(/srv/v/lib/python3.9/site-packages/gridopt/libgridopt_conic.dylib, 5): image not found",
        "macos-library",
        "possible",
        {"consumer": "gridopt", "library": "libgridopt_conic.dylib"},
    ),
    Case(
        "configure names the development files",
        "      configure: error:\n      The development files for GTK+ were not found. For GTK+ 2, please\n      Error running configure\n  ERROR: Failed building wheel for gridwx",
        "no-header",
        "native",
        {"consumer": "gridwx"},
    ),
    Case(
        "a compiler's line alone",
        "    ../../grid.cpp:49:45: error: 'gridView' was not declared in this scope",
        "compiler-failed",
        "native",
    ),
    Case(
        "a version in the archive's name",
        "  Downloading gridwx-4.2.1.tar.gz (73.7 MB)\n  Building wheel for gridwx (pyproject.toml) ... error\n  ERROR: Failed building wheel for gridwx",
        "build-failed",
        "unsure",
        {"consumer": "gridwx", "consumer_version": "4.2.1"},
    ),
    Case(
        "several names of one library",
        '  File "/srv/v/lib/python3.9/site-packages/gridhid/__init__.py", line 31, in <module>\n    raise ImportError(error)\nImportError: Unable to load any of the following libraries:libgridapi-raw.so libgridapi.so.0 libgridapi.dylib gridapi.dll',
        "system-library",
        "native",
        {"consumer": "gridhid", "library": "libgridapi-raw.so"},
    ),
    Case(
        "a library in the usual places",
        "OSError: Cannot find libgridmpv in the usual places. You may try installing a gridmpv-devel package.",
        "system-library",
        "native",
        {"library": "libgridmpv"},
    ),
    Case(
        "a library in quotes",
        'ImportError: Library "GLU" not found.',
        "system-library",
        "native",
        {"library": "GLU"},
    ),
    Case(
        "a shared library that was not loaded",
        "ImportError: Failed to load GLFW3 shared library.",
        "system-library",
        "native",
        {"library": "GLFW3"},
    ),
    Case(
        "a DLL by its name",
        "OSError: could not find or load grid_c-64.dll",
        "windows-dll",
        "possible",
        {"library": "grid_c-64.dll"},
    ),
    Case(
        "a DLL of CUDA by its name",
        "ImportError: Could not find 'cudart64_90.dll'. TensorFlow requires that this DLL be installed.",
        "cuda-library",
        "native",
        {"library": "cudart64_90.dll"},
    ),
    Case(
        "Numba without a driver",
        "Error at driver init: \nCUDA driver library cannot be found.",
        "driver-library",
        "native",
    ),
    Case(
        "a package that asks for another",
        "ImportError: gridxml not found, please install it",
        "missing-package",
        "other",
        {"module": "gridxml"},
    ),
    Case(
        "ldd alone",
        "\tlibgridmap.so.2 => not found\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)",
        "missing-library",
        "possible",
        {"library": "libgridmap.so.2"},
    ),
    Case(
        "ldd below what failed",
        "ImportError: /srv/v/lib/python3.9/site-packages/gridkit/_c.so: undefined symbol: grid_x\n$ ldd _c.so\n\tlibc10.so => not found",
        "undefined-symbol",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "a server that loads an application",
        '  File "/srv/v/lib/python3.11/site-packages/uvicorn/importer.py", line 24, in import_from_string\n    raise exc from None\n  File "/app/main.py", line 3, in <module>\n    from .api import router\nImportError: libgrid.so.2: cannot open shared object file: No such file or directory',
        "missing-library",
        "possible",
        {"consumer": None},
    ),
    Case(
        "a server that loads an application, and what that imports",
        '  File "/srv/v/lib/python3.11/site-packages/uvicorn/importer.py", line 24, in import_from_string\n    raise exc from None\n  File "/app/main.py", line 3, in <module>\n    from gridkit import Mesh\nImportError: libgrid.so.2: cannot open shared object file: No such file or directory',
        "missing-library",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "a wheel that pex unpacked",
        "ImportError: /home/u/.pex/installed_wheels/abc/gridkit-1.2.0-cp311-cp311-manylinux1_x86_64.whl/gridkit/_c.cpython-311-x86_64-linux-gnu.so: undefined symbol: grid_x",
        "undefined-symbol",
        "possible",
        {"consumer": "gridkit"},
    ),
    Case(
        "pip's name below its box",
        "error: legacy-install-failure\n\n× Encountered error while trying to install package.\n╰─> gridmusic",
        "build-failed",
        "unsure",
        {"consumer": "gridmusic"},
    ),
    Case(
        "a program that a build looks for, below a warning",
        "  /tmp/pip-build-env-7e/overlay/lib/python3.12/site-packages/torch/functional.py:279: UserWarning: Failed to initialize NumPy: No module named 'numpy'\n  RuntimeError: Could not find nvcc executable\n  ERROR: Failed building wheel for gridte",
        "no-build-tool",
        "native",
        {"consumer": "gridte"},
    ),
    Case(
        "no compiler for Fortran",
        "    error: library mach has Fortran sources but no Fortran compiler found\n    ERROR: Failed building wheel for gridfit",
        "no-compiler",
        "native",
        {"consumer": "gridfit"},
    ),
    Case(
        "a set-up whose folder has pip's name",
        "  Complete output (5 lines):\n  Traceback (most recent call last):\n"
        '    File "/tmp/pip-req-build-k3j2h_a9/setup.py", line 9, in <module>\n'
        "      from torch.utils.cpp_extension import BuildExtension\n  ModuleNotFoundError: No module named 'torch'",
        "module-missing-in-build",
        "stopped",
        {"module": "torch"},
    ),
    Case(
        "a set-up in uv's cache",
        '  File "/srv/.cache/uv/sdists-v9/pypi/gridkit/1.2/ab12cd34ab12/src/setup.py", line 5, in <module>\n    import torch\n'
        "ModuleNotFoundError: No module named 'torch'",
        "module-missing-in-build",
        "stopped",
        {"consumer": "gridkit", "consumer_version": "1.2", "module": "torch"},
    ),
    Case(
        "nvcc's words",
        '/srv/grid/src/probe_entry.cu(1): error: expected a ";"\n\nCMake Error at gridkit_generated_probe_entry.cu.o.cmake:279 '
        "(message):\n  Error generating file",
        "compiler-failed",
        "native",
        {},
    ),
    Case(
        "a library that another program brings, in Windows's words",
        '  File "C:\\Envs\\lib\\site-packages\\gridfs2\\hdfs.py", line 45, in __init__\n'
        "OSError: Unable to load libgridfs: The specified module could not be found.",
        "system-library",
        "native",
        {"consumer": "gridfs2", "library": "libgridfs"},
    ),
    Case(
        "cffi's old words for a library",
        "OSError: library not found: 'sndgrid'",
        "system-library",
        "native",
        {"library": "sndgrid"},
    ),
    Case(
        "glibc's version in a page's bold",
        "`ImportError: /lib64/libm.so.6: version '**GLIBC_2.34**' not found (required by "
        "/srv/v/lib/python3.9/site-packages/grid3d/_grid.cpython-39-x86_64-linux-gnu.so)`",
        "glibc-too-old",
        "native",
        {"consumer": "grid3d"},
    ),
    Case(
        "a set-up that looks for pip before what it lacks",
        "error: Failed to build: gridtext==0.9.2\n  Caused by: Build backend failed to determine metadata\n--- stderr:\n/tmp/.tmpXu/.venv/bin/python: No module named pip\n"
        "Traceback (most recent call last):\nModuleNotFoundError: No module named 'pybind11'",
        "module-missing-in-build",
        "stopped",
        {"consumer": "gridtext", "consumer_version": "0.9.2", "module": "pybind11"},
    ),
    Case(
        "distutils without SWIG",
        "unable to execute 'swig': No such file or directory\nerror: command 'swig' failed with exit status 1\n"
        'Command "python3 -u -c ..." failed with error code 1 in /tmp/pip-build-8v/grid2d/',
        "no-build-tool",
        "native",
        {"consumer": "grid2d"},
    ),
    Case(
        "a library whose name begins like an accelerator's",
        "ImportError: librocksdb.so.5.13: cannot open shared object file: No such file or directory",
        "system-library",
        "native",
        {"library": "librocksdb.so.5.13"},
    ),
    Case(
        "Cython's error alone",
        "Error compiling Cython file:\n----\n    elif type(z) is grid.mpq:\n----\n\ngrid/rings.pyx:884:40: 'mpq' is not a type identifier",
        "build-tool-release",
        "stopped",
        {},
    ),
    Case(
        "an older conda without the package",
        "PackageNotFoundError: Package missing in current win-64 channels:\n  - gridtrace",
        "no-such-version",
        "other",
        {},
    ),
    Case(
        "an egg's version",
        "ImportError: /srv/v/lib/python3.6/site-packages/gridcl-2017.2-py3.6-linux-x86_64.egg/gridcl/_c.abi3.so: undefined symbol: gridFree",
        "undefined-symbol",
        "possible",
        {"consumer": "gridcl", "consumer_version": "2017.2"},
    ),
    Case(
        "a program that says which Python it was built for",
        "ImportError: Failed to import libgrid2_7. Please check that GRID has been built for Python 2.7",
        "python-symbol",
        "native",
        {},
    ),
    Case(
        "two Pythons in one process",
        'Fatal Python error: PyThreadState_Get: no current thread\n[1]    77717 abort      python -c "import gridpic.bindings"',
        "python-symbol",
        "native",
        {},
    ),
    Case(
        "Python's own last words",
        "Fatal Python error: _PyObject_GC_TRACK: object already tracked by the garbage collector",
        "process-died",
        "possible",
        {},
    ),
    Case(
        "Cython's warning of another Python, as it was once written",
        "/srv/v/lib/python3.6/importlib/_bootstrap.py:219: RuntimeWarning: compiletime version 3.5 of module "
        "'gridflow.python.fast' does not match runtime version 3.6",
        "python-symbol",
        "native",
        {"module": "gridflow.python.fast"},
    ),
    Case(
        "Mesa's driver",
        "libGL error: MESA-LOADER: failed to open swrast: /usr/lib/dri/swrast_dri.so: cannot open shared object file: No such "
        "file or directory (search paths /usr/lib/x86_64-linux-gnu/dri, suffix _dri)",
        "system-library",
        "native",
        {},
    ),
    Case(
        "a library by the places that were searched",
        '  File "/srv/v/lib/python3.8/site-packages/gridgl/__init__.py", line 76, in create\n    return x11.create(**kwargs)\n'
        "Exception: libGL.so not found in /lib, /usr/lib or LD_LIBRARY_PATH",
        "system-library",
        "native",
        {"consumer": "gridgl", "library": "libGL.so"},
    ),
    Case(
        "a header in Catalan",
        "src/ad_pulse.c:44:30: fatal error: pulse/pulseaudio.h: El fitxer o directori no existeix",
        "no-header",
        "native",
        {},
    ),
    Case(
        "Python's header in Spanish",
        "src/grid.c:1:10: fatal error: Python.h: No existe el archivo o el directorio",
        "no-python-headers",
        "native",
        {},
    ),
    Case(
        "a compression library of two releases",
        '  File "/srv/v/lib/python3.12/site-packages/gridstandard/__init__.py", line 39, in <module>\n    from .backend_c import *\n'
        "ImportError: zstd C API versions mismatch; Python bindings were not compiled/linked against expected zstd version "
        "(10405 returned by the lib, 10408 hardcoded in zstd headers, 10408 hardcoded in the cext)",
        "built-otherwise",
        "skew",
        {"consumer": "gridstandard", "name": "zstd", "built": "10408", "installed": "10405"},
    ),
    Case(
        "bindings beside the package that imports them",
        '  File "/srv/v/lib/python3.11/site-packages/gridnn/ops.py", line 12, in <module>\n    import gridnn_pybind\n'
        "ImportError: Python version mismatch: module was compiled for Python 3.9, but the interpreter version is incompatible: 3.11.13",
        "python-symbol",
        "native",
        {"consumer": "gridnn"},
    ),
    Case(
        "Lambda's layer",
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'src.app': /lib64/libc.so.6: version `GLIBC_2.34' not found "
        "(required by /opt/python/gridcrypt/hazmat/_rust.abi3.so",
        "glibc-too-old",
        "native",
        {"consumer": "gridcrypt"},
    ),
    Case(
        "a library that is named once more with what is there",
        '  File "/srv/v/lib/python3.11/site-packages/gridnc/__init__.py", line 3, in <module>\n'
        "ValueError: This package was built against HDF5 1.12.2, but HDF5 1.14.0 is installed",
        "built-otherwise",
        "skew",
        {"consumer": "gridnc", "name": "hdf5", "built": "1.12.2", "installed": "1.14.0"},
    ),
    Case(
        "Numba's older words",
        "Cannot import C:\\nodes\\grid-suite module for custom nodes: Numba needs NumPy 1.24 or less",
        "releases-apart",
        "pair",
        {"consumer": "numba", "name": "numpy"},
    ),
    Case(
        "a build that asks for a newer Rust",
        "error: This package requires Rust >=1.41.0.\nERROR: Failed building wheel for gridcrypt",
        "library-release",
        "native",
        {"consumer": "gridcrypt"},
    ),
    Case(
        "none of several libraries",
        '  File "/srv/v/lib/python3.9/site-packages/gridfire/library.py", line 622, in __init__\n    raise RuntimeError("x")\nRuntimeError: Could not load any GridFire libraries.',
        "system-library",
        "native",
        {"consumer": "gridfire", "library": "GridFire"},
    ),
    Case(
        "a library by a binding's own words",
        '  File "/srv/v/lib/python3.9/site-packages/gridnacl/__init__.py", line 47, in _get\nOSError: Could not locate grid lib, searched for libgridium',
        "system-library",
        "native",
        {"consumer": "gridnacl", "library": "libgridium"},
    ),
    Case(
        "Android's words for a file that was cut off",
        'ImportError: dlopen failed: "/data/data/org.t/files/lib/python2.7/site-packages/gridy/properties.so" is too small to be an ELF executable.',
        "wrong-architecture",
        "native",
        {"consumer": "gridy"},
    ),
    Case(
        "LLVM's linker",
        "ld: error: unable to find library -lgrid",
        "no-link-library",
        "native",
        {},
    ),
    Case(
        "a program that a set-up names as missing",
        "  ERROR: The 'make' utility is missing from PATH\n  ERROR: Failed building wheel for gridnacl",
        "no-build-tool",
        "native",
        {"consumer": "gridnacl"},
    ),
    Case(
        "cargo that is not there",
        "error: [Errno 2] No such file or directory: 'cargo': 'cargo'",
        "no-build-tool",
        "native",
        {},
    ),
    Case(
        "what cffi compiles for another",
        '  File "/srv/v/lib/python3.9/site-packages/gridnacl/c/box.py", line 23, in <module>\n  File "/srv/v/lib/python3.9/site-packages/cffi/ffiplatform.py", line 51, in _build\n    raise VerificationError(x)\ncffi.ffiplatform.VerificationError: CompileError: command \'gcc\' failed with exit status 1',
        "compiler-failed",
        "native",
        {"consumer": "gridnacl"},
    ),
    Case(
        "two packages by their releases",
        "Gridroot 4.x can only be used with Grid 1.x; you have Grid 2.2.2",
        "releases-apart",
        "pair",
        {"consumer": "gridroot", "name": "grid", "installed": "2.2.2"},
    ),
    Case(
        "a grammar of another release",
        "ValueError: Incompatible Language version 15. Must be between 13 and 14",
        "releases-apart",
        "pair",
        {},
    ),
    Case(
        "LLVM's word for a symbol, on Linux",
        "LLVM ERROR: Symbol not found: __aeabi_unwind_cpp_pr0",
        "compiler-runtime",
        "native",
        {},
    ),
    Case(
        "a library of the package's own, as it says",
        "OSError: Could not load shared object file: libgridlite.so",
        "file-gone",
        "native",
        {"library": "libgridlite.so"},
    ),
    Case(
        "torch's last words of a build",
        "RuntimeError: Error compiling objects for extension",
        "compiler-failed",
        "native",
        {},
    ),
    Case(
        "a module that is missing, as Python 2 and people write it",
        "Import error: no module named _gdal_array",
        "gdal-without-numpy",
        "native",
        {},
    ),
    Case(
        "a name that macOS quotes",
        "ImportError: dlopen(/opt/mini/lib/python3.11/site-packages/tidalpy/bindings.cpython-311-darwin.so, 0x0002): Library not loaded: '@rpath/libtidal.4.dylib'\n"
        "  Referenced from: '/opt/mini/lib/libtidalcore.2.dylib'\n  Reason: tried: '/opt/mini/lib/libtidal.4.dylib' (no such file)",
        "macos-library",
        "possible",
        {"consumer": "tidalpy", "library": "libtidal.4.dylib"},
    ),
    Case(
        "Poetry's older word for the range of Pythons",
        "  SolverProblemError\n\n  The current project's Python requirement (>=3.8,<3.12) is not compatible with some of the required packages Python requirement:\n"
        "    - gridkit requires Python >=3.9, so it will not be satisfied for Python >=3.8,<3.9",
        "python-requirement",
        "other",
        {},
    ),
    Case(
        "frames of IPython, indented, and a file beside the packages",
        "    ImportError                               Traceback (most recent call last)\n    <ipython-input-2-0a1b2c> in <module>()\n    ----> 1 import gridaudio\n"
        "    ~/src/gridaudio/gridaudio/__init__.py in <module>()\n          3 import torch\n    ----> 4 import _grid_sox\n"
        "    ImportError: /usr/local/lib/python3.8/dist-packages/_grid_sox.cpython-38-x86_64-linux-gnu.so: undefined symbol: _ZN2at19UndefinedTensorImpl10_singletonE",
        "torch-symbol",
        "possible",
        {"consumer": "gridaudio", "name": "torch"},
    ),
    Case(
        "a word that is no import",
        "import error: undefined symbol: gridExitRequest",
        "undefined-symbol",
        "possible",
        {"consumer": None},
    ),
    Case(
        "a name that is called as Python calls its own",
        'Traceback (most recent call last):\nFile "/usr/lib/draw/3/python/drawfu.py", line 76, in <module>\nimport draw\n'
        "ImportError: /usr/lib/draw/3/python/draw.so: undefined symbol: PyDrawItem_Type",
        "undefined-symbol",
        "possible",
        {"consumer": "draw"},
    ),
    Case(
        "a compiler that Python itself did not find",
        "  running build_ext\n  error: [Errno 2] No such file or directory: 'cc': 'cc'",
        "no-compiler",
        "native",
        {},
    ),
    Case(
        "a wheel that an older Poetry could not build",
        "This error is likely not a problem with poetry but with gridkit (1.19.5) not supporting PEP 517 builds. You can verify this by running pip.",
        "build-failed",
        "unsure",
        {"consumer": "gridkit", "consumer_version": "1.19.5"},
    ),
    Case(
        "a library that must be newer, in a frame of Cython without a module",
        '  File "gridcdf.pyx", line 821, in init gridcdf (gridcdf.c:40808)\nImportError: gridcdf module must be linked against HDF5 version 1.8.4-patch1 or higher, got 1.8.4',
        "library-release",
        "native",
        {"consumer": "gridcdf"},
    ),
    Case(
        "a DLL of another product, by its words",
        "  File \"/usr/local/lib/python3.9/dist-packages/beamline/ca.py\", line 179, in find_libca\n    raise ChannelError('cannot find Beam CA DLL')\nbeamline.ca.ChannelError: cannot find Beam CA DLL",
        "system-library",
        "native",
        {"consumer": "beamline"},
    ),
    Case(
        "a file that should lie in a folder of its name",
        "Could not find the quantkit CUDA binary at PosixPath('/data/src/quantkit/quantkit/libquantkit_cuda121.so')\n"
        "Could not load quantkit native library: /data/src/quantkit/quantkit/libquantkit_cpu.so: cannot open shared object file: No such file or directory\n"
        'Traceback (most recent call last):\n  File "/data/src/quantkit/quantkit/cextension.py", line 87, in <module>\n    lib = get_native_library()\n'
        "OSError: /data/src/quantkit/quantkit/libquantkit_cpu.so: cannot open shared object file: No such file or directory",
        "file-gone",
        "native",
        {"consumer": "quantkit"},
    ),
    Case(
        "a library of an installed toolkit, which is nobody's package",
        '  File "/opt/sw/lib/python3.9/site-packages/gridsc4py/lib/__init__.py", line 64, in Import\n'
        "ImportError: /opt/sw/mkl/lib/intel64/libmkl_sequential.so: undefined symbol: mkl_sparse_d_row_i8",
        "undefined-symbol",
        "possible",
        {"consumer": "gridsc4py"},
    ),
    Case(
        "an archive of PyInstaller",
        '  File "prompt\\build\\pyi.win32\\prompt\\outPYZ1.pyz/gridutil", line 68, in <module>\n  File "C:\\Python26\\PyInstaller\\iu.py", line 109, in getmod\n'
        "ImportError: DLL load failed: The specified procedure could not be found.",
        "windows-procedure",
        "possible",
        {"consumer": "gridutil"},
    ),
    Case(
        "declarations of NumPy's that Cython brings",
        '  File "/usr/local/lib/python2.7/site-packages/gridwords/en/__init__.py", line 6, in <module>\n    from ..vocab import Vocab\n'
        '  File ".env/lib/python2.7/site-packages/Cython/Includes/numpy/__init__.pxd", line 861, in init gridwords.vocab (gridwords/vocab.cpp:9066)\n'
        "ValueError: numpy.ufunc has the wrong size, try recompiling",
        "numpy-abi",
        "possible",
        {"consumer": "gridwords"},
    ),
    Case(
        "a module in the folder of a build",
        "ERROR: ImportError: /home/dev/src/gridastro/build/lib.linux-x86_64-3.11/gridastro/time/sofa.so: undefined symbol: gaAf2a [unknown]\n"
        'Traceback (most recent call last):\n  File "<stdin>", line 26, in <module>\n  File "/usr/lib/python3/dist-packages/sphinx/application.py", line 134, in __init__',
        "undefined-symbol",
        "possible",
        {"consumer": "gridastro"},
    ),
    Case(
        "an installed package that asks for pkg_resources",
        "$ uv tool install gridscan\nInstalled 2 packages in 10ms\n + gridscan==1.31.0\n + urllib3==2.2.2\n$ gridscan\nTraceback (most recent call last):\n"
        '  File "/home/dev/.local/share/uv/tools/gridscan/lib/python3.12/site-packages/gridscan/__main__.py", line 33, in <module>\n    import pkg_resources\n'
        "ModuleNotFoundError: No module named 'pkg_resources'",
        "no-pkg-resources",
        "stopped",
        {"consumer": "gridscan", "consumer_version": "1.31.0"},
    ),
    Case(
        "what is built was missing before",
        "$ uv run app\nModuleNotFoundError: No module named 'gridframes'\n$ uv add gridframes\n  × Failed to build `gridframes==2.0.3`\n  ├─▶ The build backend returned an error\n"
        "  ╰─▶ Call to `setuptools.build_meta:__legacy__.build_wheel` failed (exit code: 1)",
        "build-failed",
        "unsure",
        {"consumer": "gridframes", "consumer_version": "2.0.3", "module": None},
    ),
    Case(
        "a DLL by its path, cut off",
        '  File "C:\\envs\\v\\lib\\site-packages\\gridgeo\\geos.py", line 154, in <module>\n'
        "FileNotFoundError: Could not find module 'C:\\envs\\v\\Library\\bin\\gridgeo_c.dll' (or one",
        "windows-dll",
        "possible",
        {"consumer": "gridgeo", "library": "gridgeo_c.dll"},
    ),
    Case(
        "ONNX Runtime's word for a DLL that another needs",
        'FAIL : Error loading "E:\\app\\lib\\grid_providers.dll" which depends on "gridLt64_12.dll" which is missing. (Error 126: "")',
        "windows-dll",
        "possible",
        {"library": "gridLt64_12.dll"},
    ),
    Case(
        "a release that another package is below",
        "ImportError: Gridba requires at least version 14.0.0 of GVM.\nInstalled gvmlite is built against version 11.1.0.\nPlease update gvmlite.",
        "releases-apart",
        "pair",
        {"consumer": "gridba"},
    ),
    Case(
        "a part of Python's library that a slim image leaves out",
        "Traceback (most recent call last):\n  File \"/usr/local/lib/python3.11/dbm/ndbm.py\", line 3, in <module>\n    from _dbm import *\nModuleNotFoundError: No module named '_dbm'",
        "python-without",
        "native",
        {"consumer": None, "module": "_dbm"},
    ),
    Case(
        "a module below a folder that a frame knows as a package",
        '  File "/home/dev/support/gridsup/linux-x86_64/devgrid/__init__.py", line 5, in <module>\n    from . import _dbapi\n'
        "ImportError: /home/dev/support/gridsup/linux-x86_64/devgrid/_dbapi.so: undefined symbol: gridBuildIsolated",
        "undefined-symbol",
        "possible",
        {"consumer": "devgrid"},
    ),
    Case(
        "headers of an installed package in what the compiler says",
        "/opt/mini/lib/python3.9/site-packages/torch/lib/include/ATen/Dispatch.h:70:32: note: in definition of macro 'AT_DISPATCH'\n"
        "cpu/grid.cpp:51:40: error: invalid initialization of reference\nerror: command 'gcc' failed with exit status 1\n"
        'Command "python -u -c "__file__=\'/tmp/pip-install-kooau3cl/torch-grid/setup.py\'" failed with error code 1 in /tmp/pip-install-k',
        "compiler-failed",
        "native",
        {"consumer": "torch-grid"},
    ),
    Case(
        "ODBC's driver manager, without its name",
        "[Driver Manager]Data source name not found, and no default driver specified",
        "system-library",
        "native",
        {},
    ),
    Case(
        "a module in a checkout, without a frame",
        "ImportError: /workspace/gridllm-next/gridllm/_C.abi3.so: undefined symbol: _ZN5torch3jit17parseSchemaOrNameERKSsb",
        "torch-symbol",
        "possible",
        {"consumer": "gridllm", "name": "torch"},
    ),
    Case(
        "a library of no package, in a folder of the system",
        "ImportError: /usr/local/lib64/lib/libgrid_mixer.so.0: undefined symbol: SDL_RWread",
        "undefined-symbol",
        "possible",
        {"consumer": None},
    ),
    Case(
        "a warning that says what it was built for, below its symbol",
        "undefined symbol: _ZN5torch8autograd12VariableInfoC1ERKN2at6TensorEb\n"
        "WARNING[GRIDFORMERS]: gridFormers can't load C++/CUDA extensions. gridFormers was built for:\n    PyTorch 2.6.0+cu124 with CUDA None (you have 2.5.1+cu121)",
        "extension-for-another-torch",
        "skew",
        {
            "consumer": "gridformers",
            "name": "torch",
            "built": "2.6.0+cu124",
            "installed": "2.5.1+cu121",
        },
    ),
    Case(
        "a library that is older than the one of the build, as it says itself",
        "from gridgame.base import *\nRuntimeError: Dynamic linking causes SDL downgrade! (compiled with version 2.28.2, linked to 2.26.4)",
        "built-otherwise",
        "skew",
        {"consumer": "gridgame", "name": "sdl", "built": "2.28.2", "installed": "2.26.4"},
    ),
    Case(
        "a library that ctypes did not find, in other words",
        "ImportError: could not find any library for SDL2",
        "system-library",
        "native",
        {"library": "SDL2"},
    ),
)
