"""The error messages that the site explains: one entry each, used by pages, box and tests.

``MESSAGES`` have a page each. ``OTHERS`` are what people paste as well: relatives of them, and
failures of native code that are no skew; a sentence each, and what to do.

Patterns are written for Python; ``for_script`` spells them for the browser.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal

import msgspec

Kind = Literal["possible", "stopped", "native", "other"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One error message.

    Attributes:
        id: the page's name below ``errors/``.
        title: the message, as a tool prints it, shortened by ``…``.
        meaning: what it says about the installation, for the paste box; true wherever one of
            the patterns is found.
        patterns: any of them found means that this is the message; named groups are facts.
        examples: the message whole, as printed.
        rank: the lower, the closer to the cause; decides which page comes first.
        kind: as of the others.

    """

    id: str
    title: str
    meaning: str
    patterns: tuple[str, ...]
    examples: tuple[str, ...]
    rank: int
    kind: Kind = "possible"


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """What the box knows without a page of its own.

    Attributes:
        id: its name in links to an answer.
        meaning: what happened; true wherever one of the patterns is found.
        advice: what to do.
        kind: ``possible``: a skew may be behind it; ``stopped``: a resolver or a build refused,
            and nothing was run; ``native``: compiled code, but no skew; ``other``: nothing
            points to compiled code.
        patterns: as of a message.
        rank: as of a message; of two with one rank the first in the table is shown.
        within: found somewhere in the text as well, or this is not the message.
        page: where to read on: a path of this site, or a whole address.

    """

    id: str
    meaning: str
    advice: str
    kind: Kind
    patterns: tuple[str, ...]
    rank: int
    within: str = ""
    page: str = ""


_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"

# Libraries by whom they belong to: names up to ``.so``.
_TORCH = r"lib(?:c10|torch|caffe2|shm)(?:_\w+)?"
_DRIVER = r"lib(?:cuda|nvidia-[\w-]+|nvcuvid)"
_CUDA = (
    r"lib(?:cudart|cublas\w*|cudnn\w*|cufft\w*|curand|cusolver\w*|cusparse\w*|nccl|nvrtc[\w-]*|"
    r"nvJitLink|cupti|nvToolsExt|nvinfer\w*|cufile\w*|nppi?\w*)"
)
_RUNTIME = (
    r"lib(?:gomp|stdc\+\+|gcc_s|gfortran|quadmath|atomic|omp|iomp5|imf|svml|irc|intlc|mkl_\w+)"
)
_PYTHON = r"libpython[\d.]+[a-z]*"
_GLIBC = r"(?:ld-linux[\w-]*|lib(?:c|m|dl|rt|pthread|util))"
_SYSTEM = (
    r"lib(?:GL|GLX|EGL|GLU|OpenGL|GLdispatch|gthread-2\.0|glib-2\.0|gobject-2\.0|SM|ICE|X\w+|xcb[\w-]*|"
    r"xkbcommon[\w-]*|fontconfig|freetype|dbus-1|nss3|nspr4|atk[\w.-]*|gbm|drm|asound|pulse[\w-]*|"
    r"portaudio|sndfile|usb-1\.0|udev|pq|mysqlclient|mariadb|odbc|tdsodbc|magic|zbar|gdal|geos\w*|"
    r"proj|spatialindex\w*|cairo|pango[\w.-]*|gdk[\w.-]*|gtk[\w.-]*|ldap[\w.-]*|lber[\w.-]*|sasl2|"
    r"xmlsec1[\w-]*|xslt|xml2|ffi|ssl|crypto|crypt|nsl|tinfo|ncurses\w*|readline|sqlite3|bz2|lzma|z|"
    r"zstd|expat|uuid|krb5|gssapi_krb5|mpi\w*|hdf5\w*|netcdf|fftw3\w*|openblas|lapack|blas|icu\w+|"
    r"av(?:codec|format|util|device|filter)|swscale|swresample|jpeg|png\w*|tiff|webp\w*|tcl[\w.]*|"
    r"tk[\w.]*|snappy|rdkafka|enchant[\w-]*|tesseract|MagickWand[\w.-]*|llvm\w*|ibverbs|numa)"
)
_KNOWN = f"{_TORCH}|{_DRIVER}|{_CUDA}|{_RUNTIME}|{_PYTHON}|{_GLIBC}|{_SYSTEM}"
# The end of glibc's sentence in some of its languages; logs are cut off, too.
_NOT_FOUND = (
    r"(?:cannot op|Kann die Shared|[Nn]e peut|[Ii]mpossible d|no se puede abrir|impossibile apr|n[ãa]o |"
    r"nie można|无法打开|共有オブジェクト|невозможно|не уда)"
)


def _missing(name: str) -> tuple[str, ...]:
    """A library that the loader of glibc, or that of musl, does not find."""
    library = rf"(?<![\w.+/-])(?P<library>{name}\.so(?:\.[\w-]+)*)"
    return (rf"{library}: {_NOT_FOUND}", rf"Error loading shared library {library}:? ")


_BUILD_FAILED = (
    r"Failed to (?:download and )?build|build backend returned an error|metadata-generation-failed|"
    r"subprocess-exited-with-error|did not run successfully|Failed building wheel|BackendUnavailable|"
    r"ChefBuildError|BuildError|egg_info|BackendOperationFailed|Preparing metadata|Getting requirements to build"
)

# CPython's API, and CUDA's versioned libraries, by the names of their symbols.
_OF_PYTHON = r"_?Py[A-Z_]"
_OF_CUDA = r"_{0,2}(?:cu[A-Z]|cublas|cudnn|cusparse|cufft|nccl|nvJitLink)"

MESSAGES: tuple[Message, ...] = (
    Message(
        id="missing-library",
        title="ImportError: lib….so.…: cannot open shared object file",
        meaning="The loader finds no file of this name: the module was built against another version of "
        "the library than is installed, or the library is not installed where the loader looks.",
        patterns=_missing(rf"(?!(?:{_KNOWN})\.so)(?:lib)?[\w.+-]+?"),
        examples=(
            "ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: "
            "No such file or directory",
            "ImportError: libfakecore.so.7.0.10.99.0: cannot open shared object file: "
            "No such file or directory",
        ),
        rank=3,
    ),
    Message(
        id="undefined-symbol",
        title="ImportError: ….so: undefined symbol: …",
        meaning="No library that was loaded has a symbol that the module calls: it was compiled against "
        "another version of a library, or the library was not loaded.",
        patterns=(
            rf"undefined symbol: (?!{_OF_PYTHON}|{_OF_CUDA})(?P<symbol>\w+)",
            r"undefined symb(?:o|$)(?!l: )",
        ),
        examples=(
            "ImportError: flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so: undefined symbol: "
            "_ZN3c104cuda9SetDeviceEi",
        ),
        rank=3,
    ),
    Message(
        id="violated-requirement",
        title="The package `x` requires `y`, but `z` is installed",
        meaning="An installed package requires another version of a second one than is installed. If "
        "the first was built here, its build may have written in what it was built with.",
        patterns=(
            r"The package `(?P<consumer>[^`]+)` requires `(?P<requirement>[^`]+)`, "
            r"but `(?P<installed>[^`]+)` is installed",
            rf"(?P<consumer>{_NAME}) (?P<consumer_version>\S+) has requirement "
            rf"(?P<requirement>.+?), but you have (?P<provider>{_NAME}) (?P<installed>\S+?)\.?\s*$",
        ),
        examples=(
            "The package `softioc` requires `epicscorelibs>=7.0.10.99.0.0,<7.0.10.99.1`, but "
            "`7.0.7.99.1.2` is installed",
            "fake-softioc 4.6.1 has requirement fake-corelibs<7.0.10.99.1,>=7.0.10.99.0.2, but "
            "you have fake-corelibs 7.0.7.99.1.2.",
        ),
        rank=2,
    ),
    Message(
        id="no-static-metadata",
        title="… does not declare static metadata, making runtime-matching impossible",
        meaning="match-runtime was asked for where uv cannot match the build to a resolution.",
        patterns=(
            rf"Extra build requirement `(?P<provider>{_NAME})` was declared with "
            rf"`match-runtime = true`, but `(?P<consumer>{_NAME})[^`]*` does not declare static",
            r"does not declare static metadata",
        ),
        examples=(
            "Extra build requirement `fake-corelibs` was declared with `match-runtime = true`, "
            "but `fake-softioc` does not declare static metadata, making runtime-matching "
            "impossible",
        ),
        rank=1,
        kind="stopped",
    ),
    Message(
        id="not-in-resolution",
        title="… was declared with `match-runtime = true`, but was not found in the resolution",
        meaning="match-runtime names a package that the run-time resolution does not hold.",
        patterns=(
            rf"`(?P<provider>{_NAME})` was declared as an extra build dependency with "
            r"`match-runtime = true`, but was not found in the resolution",
            r"`match-runtime = true`, but was not found in the resolution",
        ),
        examples=(
            "`torch` was declared as an extra build dependency with `match-runtime = true`, but "
            "was not found in the resolution",
        ),
        rank=1,
        kind="stopped",
    ),
    Message(
        id="no-pkg-resources",
        title="ModuleNotFoundError: No module named 'pkg_resources'",
        meaning="What runs here imports a module that setuptools 82 removed: an older build helper, if a build "
        "failed with it, or an older package. Hold setuptools below 82 there.",
        patterns=(r"No module named ['\"]?pkg_resources",),
        examples=("ModuleNotFoundError: No module named 'pkg_resources'",),
        rank=1,
        kind="stopped",
    ),
    Message(
        id="no-build-backend",
        title="Cannot import 'setuptools.build_meta' … No module named 'setuptools'",
        meaning="The environment of the build has no setuptools: the package does not declare it as a build "
        "requirement, or isolation is off and nobody installed it.",
        patterns=(
            r"Cannot import (?:build backend )?['\"]?setuptools\.build_meta",
            r"No module named ['\"]?setuptools['\"]?\s*$",
        ),
        examples=(
            "pdm.exceptions.BuildError: Cannot import 'setuptools.build_meta'",
            "ModuleNotFoundError: No module named 'setuptools'",
        ),
        rank=1,
        kind="stopped",
    ),
    Message(
        id="unsatisfiable-pin",
        title="No solution found when resolving dependencies … are incompatible",
        meaning="The requirements contradict each other as the resolver read them, and nothing was installed. "
        "Often that is all. uv may also have read a wheel that it would not install here.",
        patterns=(
            r"No solution found when resolving",
            r"requirements are unsatisfiable",
            rf"Because (?:all versions of )?(?P<consumer>{_NAME})(?:==\S+)? depends? on "
            rf"(?P<provider>{_NAME})",
            rf"ERROR: Cannot install (?P<consumer>{_NAME})",
            r"ResolutionImpossible",
            rf"Unable to find a resolution for (?P<provider>{_NAME})",
        ),
        examples=(
            "× No solution found when resolving dependencies: ╰─▶ Because fake-softioc==4.6.1 "
            "depends on fake-corelibs",
            "error: No solution found when resolving dependencies cause: Because "
            "fake-softioc==4.6.1 depends on fake-corelibs",
            "ERROR: ResolutionImpossible: for help visit",
            "ERROR: Unable to find a resolution for fake-corelibs",
        ),
        rank=1,
        kind="stopped",
    ),
    Message(
        id="wrong-result",
        title="No error and wrong results, or: libxml2 library version mismatch",
        meaning="The module runs with another ABI than it was built for, and nothing stops it.",
        patterns=(r"libxml2 library version mismatch",),
        examples=("xmlsec.InternalError: (-1, 'lxml & xmlsec libxml2 library version mismatch')",),
        rank=3,
    ),
)

# Pages on messages that the box knows from ``OTHERS``: by name, as a reader sees them.
PAGES = {
    "torch-in-build": "No module named 'torch' while a package is built",
    "torch-extension": "libc10.so: cannot open …, operator torchvision::nms does not exist",
    "numpy": "compiled using NumPy 1.x cannot be run in NumPy 2, numpy.dtype size changed",
    "hdf5": "HDF5 library version mismatched error: Headers are …, library is …",
    "glibcxx": "version `GLIBCXX_…' not found",
    "docker": "It works here, and fails in the Docker image",
    "conda": "conda: a module and a library that do not match",
    "other-platforms": "Library not loaded: @rpath/…, DLL load failed, Error relocating",
}

_NUMPY = "https://numpy.org/doc/stable/user/troubleshooting-importerror.html"

OTHERS: tuple[Other, ...] = (
    # A build that fails: the first thing that is missing in it.
    Other(
        id="no-python-headers",
        meaning="The compiler does not find Python's own header files.",
        advice="Install them for the very Python that builds (Debian: python3-dev, Fedora: python3-devel), "
        "or take a Python of uv, which brings them.",
        kind="native",
        patterns=(
            r"Python\.h: No such file",
            r"[Cc]annot open include file: '?Python\.h",
            r"'Python\.h' file not found",
        ),
        rank=0,
    ),
    Other(
        id="no-header",
        meaning="The compiler does not find a header file of a library that the package is built with.",
        advice="Install the library's development files (Debian: a package that ends in -dev), or take a "
        "release that has a wheel for your platform.",
        kind="native",
        patterns=(
            r"fatal error: (?!Python\.h)(?P<header>[\w./+-]+\.h(?:pp|xx)?): No such file",
            r"[Cc]annot open include file: '?(?!Python\.h)(?P<header>[\w./+-]+)",
            r"fatal error: '(?!Python\.h)(?P<header>[\w./+-]+)' file not found",
        ),
        rank=0,
    ),
    Other(
        id="no-compiler",
        meaning="A package is built from source here, and there is no working compiler.",
        advice="Install one (Debian: build-essential; macOS: xcode-select --install; Windows: the C++ Build "
        "Tools), or take a release that has a wheel for your Python and platform.",
        kind="native",
        patterns=(
            r"command '[\w./+-]*(?:gcc|g\+\+|cc|c\+\+|clang)[\w+-]*' failed: No such file",
            r"unable to execute '[^']*(?:gcc|cc|clang|\+\+)[^']*'",
            r"Microsoft Visual C\+\+ [\d.]+ or greater is required",
            r"No CMAKE_CXX?_?\w*COMPILER could be found",
            r"Unknown compiler\(s\):",
            r"linker `\w+` not found",
            r"C compiler cannot create executables",
            r"(?:error: command|execvp?) '?(?:gcc|cc|g\+\+|c\+\+|clang)'?:? (?:not found|No such file)",
        ),
        rank=0,
    ),
    Other(
        id="no-build-tool",
        meaning="A package is built from source here, and a program that its build calls is not there.",
        advice="Install that program, or take a release that has a wheel for your Python and platform.",
        kind="native",
        patterns=(
            r"(?P<program>pg_config|mysql_config|xml2-config|nvcc|swig|cmake|ninja|pkg-config)(?: executable)?:? not found",
            r"CMake must be installed",
            r"Rust compiler",
            r"Cargo, the Rust package manager, is not installed",
            r"CUDA_HOME environment variable is not set",
            r"Did not find pkg-config",
            r"No such file or directory: '(?P<program>pg_config|mysql_config|nvcc|swig|cmake|ninja|pkg-config|git)'",
        ),
        rank=0,
    ),
    Other(
        id="no-link-library",
        meaning="The linker does not find a library that the package is built with.",
        advice="Install its development files (Debian: a package that ends in -dev).",
        kind="native",
        patterns=(
            r"cannot find -l(?P<linked>[\w.+-]+)",
            r"library '?(?:-l)?[\w.+-]+'? not found for",
            r"LNK1181: cannot open input file",
        ),
        rank=0,
    ),
    Other(
        id="out-of-memory",
        meaning="The compiler was killed, as a rule for want of memory.",
        advice="Build with fewer jobs at once (MAX_JOBS=1 for PyTorch extensions), or take a wheel.",
        kind="native",
        patterns=(
            r"Killed signal terminated program",
            r"virtual memory exhausted",
            r"out of memory allocating",
        ),
        rank=0,
    ),
    Other(
        id="cuda-of-the-build",
        meaning="The CUDA compiler on this machine is of another version than the one that PyTorch was built with.",
        advice="Build with the nvcc of PyTorch's CUDA (torch.version.cuda), or install a PyTorch for yours.",
        kind="stopped",
        patterns=(
            r"detected CUDA version \(?[\d.]+\)? mismatches the version that was used to compile",
            r"compiled with different CUDA versions",
        ),
        rank=0,
        page="errors/torch-in-build/#a-compiler-for-cuda",
    ),
    Other(
        id="module-missing-in-build",
        meaning="A build imports a module that its environment does not have. An isolated build has only what "
        "the package declares as build requirements, whatever is installed outside of it.",
        advice="Declare it for the build: with uv in [tool.uv.extra-build-dependencies], PACKAGE = [{ requirement "
        '= "MODULE\'S PACKAGE", match-runtime = true }] if its library is linked to (torch, numpy), so that it is '
        "the version you run with. With pip: install it first, then --no-build-isolation.",
        kind="stopped",
        patterns=(
            r"No module named ['\"](?!pkg_resources|setuptools['\"]|[\w.]+\._)(?P<module>[\w.]+)",
            r"depends on `(?P<module>[\w.-]+)`, but doesn't declare it as a build dependency",
        ),
        within=_BUILD_FAILED,
        rank=2,
        page="errors/torch-in-build/",
    ),
    # An import that fails, or a wheel that does not fit.
    Other(
        id="torch-library",
        meaning="A library of PyTorch is not found. The module was built for another PyTorch (a CUDA one beside "
        "a CPU one, or another release), or it was imported before torch, which loads it.",
        advice="Try `import torch` first. Else install the extension's wheel for this torch and CUDA, or build it "
        "again with this torch in the build: match-runtime with uv, and its cached wheel removed.",
        kind="possible",
        patterns=_missing(_TORCH),
        rank=1,
        page="errors/torch-extension/#libc10so-libtorch_cpuso-cannot-open-shared-object-file",
    ),
    Other(
        id="torchvision-operators",
        meaning="torchvision's compiled part was not loaded: it is not of the release, or not of the CUDA or CPU "
        "kind, that belongs to this torch.",
        advice="Install both at once from one index, in versions that belong together; torchvision's README has "
        "the table.",
        kind="possible",
        patterns=(
            r"operator torchvision::\w+ does not exist",
            r"torchvision(?:::|\.)\w+[^\n]*(?:has no attribute|Could not run)",
            r"Couldn't load custom C\+\+ ops",
        ),
        rank=1,
        page="errors/torch-extension/#runtimeerror-operator-torchvisionnms-does-not-exist",
    ),
    Other(
        id="driver-library",
        meaning="A library of the graphics driver is not found. It comes with the driver, never with a package.",
        advice="Install NVIDIA's driver; in a container start it with GPU access (docker run --gpus all). Without "
        "a GPU take the package's CPU build.",
        kind="native",
        patterns=_missing(_DRIVER),
        rank=1,
    ),
    Other(
        id="cuda-library",
        meaning="A library of the CUDA toolkit, of the major version in its name, is not found.",
        advice="Install the package's build for your CUDA, or the nvidia-… distribution that has this library; "
        "an installed toolkit must be on the loader's path.",
        kind="native",
        patterns=_missing(_CUDA),
        rank=1,
    ),
    Other(
        id="cuda-symbol",
        meaning="A library of CUDA lacks a symbol that another file calls: files of two CUDA releases meet.",
        advice="Look for CUDA libraries on LD_LIBRARY_PATH, which are found first; else install the nvidia-… "
        "distributions in the versions that the package (torch, as a rule) requires.",
        kind="possible",
        patterns=(rf"undefined symbol: (?P<symbol>{_OF_CUDA}\w*)",),
        rank=1,
    ),
    Other(
        id="compiler-runtime",
        meaning="A library of a compiler's runtime is not found; it belongs to the system or the toolchain.",
        advice="Install it with the system's package manager (Debian: libgomp1, libstdc++6, libgfortran5); for "
        "Intel's libmkl_… and libiomp5 the distributions mkl and intel-openmp.",
        kind="native",
        patterns=_missing(_RUNTIME),
        rank=1,
    ),
    Other(
        id="other-libpython",
        meaning="The library of a certain Python is not found: the program or module was built for that one.",
        advice="Run with that Python, or install its shared library (Debian: libpython3.11 for 3.11); else "
        "reinstall the package for the Python that you run.",
        kind="native",
        patterns=_missing(_PYTHON),
        rank=1,
    ),
    Other(
        id="glibc-on-musl",
        meaning="A file that was built for glibc is loaded on a system without it (Alpine has musl).",
        advice="Use an image with glibc (python:3.x-slim), or packages with musllinux wheels.",
        kind="native",
        patterns=(
            *_missing(_GLIBC),
            r"Error relocating [^:\n]*: (?P<symbol>__\w+_chk|gnu_\w+|__res_\w+|backtrace\w*): symbol not found",
        ),
        rank=1,
        page="errors/other-platforms/#musl-alpine",
    ),
    Other(
        id="system-library",
        meaning="A library of the operating system is not found: it is not installed, or only in another version "
        "than the module was built with.",
        advice="Install it with the system's package manager (Debian: libgl1 for libGL.so.1, libglib2.0-0 for "
        "libgthread and libglib; `apt-file search NAME` for others). If it was built here before the system was "
        "upgraded, remove the cached wheel and install again.",
        kind="native",
        patterns=_missing(_SYSTEM),
        rank=1,
    ),
    Other(
        id="file-gone",
        meaning="The file itself is not there. A library that a module needs is named without a folder; "
        "this is the path of one that somebody asked for.",
        advice="Install the package that it belongs to again. In an image, look whether the environment was "
        "copied whole, and to the path that it was made for.",
        kind="native",
        patterns=(rf"/[^\s:'\"]*/(?P<library>[\w.+-]+\.so(?:\.[\w-]+)*): {_NOT_FOUND}",),
        rank=3,
    ),
    Other(
        id="musl-symbol",
        meaning="musl's loader does not find a symbol that the module calls: a library is of another version than "
        "the module was built with, or the module was built for glibc.",
        advice="Install the package again from a musllinux wheel or from source; the reasons are those of an "
        "undefined symbol.",
        kind="possible",
        patterns=(
            r"Error relocating [^:\n]*: (?P<symbol>(?!__\w+_chk|gnu_|__res_|backtrace)\w+): symbol not found",
        ),
        rank=2,
        page="errors/other-platforms/#musl-alpine",
    ),
    Other(
        id="python-symbol",
        meaning="The module calls a function that this Python does not have: it was built for another Python.",
        advice="Install the package again for this Python; look for a folder of another one on PYTHONPATH.",
        kind="native",
        patterns=(
            rf"undefined symbol: (?P<symbol>{_OF_PYTHON}\w*)",
            rf"[Ss]ymbol not found[^\n]*'?(?P<symbol>_{_OF_PYTHON}\w*)",
            r"module was compiled for Python [\d.]+, but the interpreter",
            r"Python version mismatch",
        ),
        rank=1,
    ),
    Other(
        id="glibcxx",
        meaning="The C++ runtime that was loaded is older than the one the module was built with.",
        advice="Let the newer libstdc++ be loaded: inside conda install libstdcxx-ng there and do not mix it with "
        "the system's; else upgrade the system's, or take a wheel that was built for it (manylinux).",
        kind="native",
        patterns=(r"version `?(?P<symbol>(?:GLIBCXX|CXXABI|GCC|GOMP|LIBGCC)_[\w.]+)'? not found",),
        rank=1,
        page="errors/glibcxx/",
    ),
    Other(
        id="glibc-too-old",
        meaning="The module was built on a system with a newer glibc than this one has.",
        advice="Take a manylinux wheel, build it here (and keep its wheel out of caches that newer machines "
        "share), or use a newer system.",
        kind="native",
        patterns=(r"version `?(?P<symbol>GLIBC_[\w.]+)'? not found",),
        rank=1,
        page="errors/glibcxx/#which-version-comes-from-where",
    ),
    Other(
        id="library-version-symbol",
        meaning="The library that was loaded lacks a version of its symbols that the module was built with: it is "
        "another release of the library.",
        advice="Find which file is loaded (ldd, or LD_DEBUG=libs) and whose it is; LD_LIBRARY_PATH and conda often "
        "bring an older one.",
        kind="possible",
        patterns=(
            r"version `?(?P<symbol>(?!GLIBC|CXXABI|GCC_|GOMP_|LIBGCC)[A-Za-z][\w.]+)'? not found \(required by",
        ),
        rank=2,
        page="errors/glibcxx/",
    ),
    Other(
        id="numpy-abi",
        meaning="The module was compiled against another NumPy C-API than the NumPy that is installed: most often "
        "against NumPy 1, with NumPy 2 installed.",
        advice="First a newer release of that package; else numpy<2 (or, where NumPy is the older one, a newer "
        "NumPy), or build the package again against the NumPy you run.",
        kind="possible",
        patterns=(
            r"compiled using NumPy 1\.x cannot be run in",
            r"module (?:was )?compiled against (?:ABI|API|NumPy C-API) version",
            r"numpy\.core\.multiarray failed to import",
            r"_ARRAY_API not found",
            r"numpy\.\w+ size changed, may indicate binary incompatibility",
        ),
        rank=1,
        page="errors/numpy/",
    ),
    Other(
        id="hdf5-headers",
        meaning="The program was compiled with the headers of another HDF5 than the library that was loaded: two "
        "builds of HDF5 meet in one process or one environment.",
        advice="Take h5py, netCDF4 and PyTables from one source (all wheels or all conda), or build them again "
        "against the HDF5 that is installed.",
        kind="possible",
        patterns=(
            r"HDF5 header files used to compile this application do not match",
            r"HDF5 library version mismatched error",
            r"Headers are [\d.]+, library is [\d.]+",
            r"h5py is running against HDF5 [\d.]+ when it was built against",
        ),
        rank=1,
        page="errors/hdf5/",
    ),
    Other(
        id="macos-library",
        meaning="macOS's loader does not find a library under the name that the module was built with.",
        advice="`otool -L FILE` shows the name, `otool -l FILE` where it looks. If another version lies there, the "
        "module was built against another one: build it again, or install the version it asks for. If none, "
        "install the library. Nothing was run on macOS for this site.",
        kind="possible",
        patterns=(r"Library not loaded: (?P<dylib>[@\w./+-]+)",),
        rank=3,
        page="errors/other-platforms/#macos",
    ),
    Other(
        id="wrong-architecture",
        meaning="The file is for another processor architecture, or no library at all.",
        advice="Install the package again with the Python that you run; on a Mac look whether an x86-64 Python or "
        "a shared cache is in use.",
        kind="native",
        patterns=(
            r"incompatible architecture",
            r"wrong ELF class",
            r"invalid ELF header",
            r"file too short",
            r"Exec format error",
            r"is not a valid Win32 application",
            r"WinError 193",
        ),
        rank=1,
    ),
    Other(
        id="macos-symbol",
        meaning="macOS's loader does not find a symbol that the module calls: the library is of another version "
        "than the module was built with, or the system is older.",
        advice="“Expected in:” names the library. Build the module again against it, or install the version it was "
        "built with. Nothing was run on macOS for this site.",
        kind="possible",
        patterns=(
            rf"[Ss]ymbol not found(?: in flat namespace)?:? \(?'?(?!_{_OF_PYTHON})(?P<symbol>_\w+)",
        ),
        rank=3,
        page="errors/other-platforms/#macos",
    ),
    Other(
        id="windows-procedure",
        meaning="A DLL was found, and lacks a function that the module calls: it is of another version.",
        advice="Look for a second copy of the DLL on PATH or in another package; then install matching versions. "
        "Nothing was run on Windows for this site.",
        kind="possible",
        patterns=(r"DLL load failed[^\n]*procedure", r"WinError 127\b"),
        rank=2,
        page="errors/other-platforms/#windows",
    ),
    Other(
        id="windows-dll",
        meaning="Windows does not find the module's DLL, or a DLL that this one needs; the message does not say "
        "which.",
        advice="The program Dependencies shows the missing one. Often it is the Visual C++ runtime (install its "
        "redistributable), or the package whose DLL it links to is not installed or of another version. Nothing "
        "was run on Windows for this site.",
        kind="possible",
        patterns=(
            r"DLL load failed",
            r"\(or one of its dependencies\)",
            r"WinError (?:126|1114)\b",
        ),
        rank=3,
        page="errors/other-platforms/#windows",
    ),
    Other(
        id="static-tls",
        meaning="A library with thread-local storage was loaded too late for the loader's reserve.",
        advice="Import that package first, or name the library in LD_PRELOAD.",
        kind="native",
        patterns=(r"cannot allocate memory in static TLS block",),
        rank=1,
    ),
    Other(
        id="not-executable",
        meaning="The system does not let files of this folder be loaded (mounted noexec, or a security policy).",
        advice="Set TMPDIR, or the environment's place, to a file system that allows it.",
        kind="native",
        patterns=(r"failed to map segment from shared object",),
        rank=1,
    ),
    Other(
        id="no-gpu-code",
        meaning="The build of the package has no code for this GPU.",
        advice="Install a build for a CUDA version that knows the GPU.",
        kind="native",
        patterns=(r"no kernel image is available for execution on the device",),
        rank=1,
    ),
    Other(
        id="python-without",
        meaning="This Python was built without a part of its standard library.",
        advice="Install the library's development files and build Python again (pyenv), or take a ready-made Python.",
        kind="native",
        patterns=(
            r"No module named ['\"](?P<module>_ctypes|_ssl|_sqlite3|_bz2|_lzma|_tkinter|_curses|_hashlib)['\"]",
        ),
        rank=1,
    ),
    Other(
        id="numpy-not-loaded",
        meaning="NumPy's own compiled part could not be loaded.",
        advice="The “Original error” below the text says why. As a rule NumPy was installed for another Python, or "
        "an import picks up a folder called numpy: install it again, from another working directory.",
        kind="native",
        patterns=(
            r"Importing the numpy C-extensions failed",
            r"No module named ['\"]numpy\._?core\._multiarray_umath",
            r"Error importing numpy: you should not try to import numpy from its source directory",
        ),
        rank=3,
        page=_NUMPY,
    ),
    Other(
        id="module-for-another-python",
        meaning="The compiled module of a package is not there for this Python.",
        advice="Install the package again with the Python that you run; after a change of Python make the "
        "environment anew.",
        kind="native",
        patterns=(
            r"No module named ['\"](?P<module>(?!numpy)\w[\w.]*\._[\w.]+)['\"]",
            r"cannot import name '_\w+' from partially initialized",
        ),
        rank=3,
    ),
    Other(
        id="wrong-tag",
        meaning="No published wheel fits this Python or platform.",
        advice="Use a Python that the release has wheels for, take a newer release, or let it be built from "
        "source.",
        kind="native",
        patterns=(
            r"is not a supported wheel on this platform",
            r"only has wheels (?:with|for) the following",
            r"has no wheels with a matching",
            r"no wheels? (?:are|is) available for your system",
            r"(?:can't|cannot) be installed because it doesn't have a source distribution or wheel for the current platform",
        ),
        rank=0,
    ),
    Other(
        id="extension-for-another-torch",
        meaning="The extension says itself that it was built for another PyTorch, CUDA or Python than is installed.",
        advice="Install the release of the extension that belongs to this PyTorch, or the PyTorch that it names.",
        kind="possible",
        patterns=(r"was built for: PyTorch [\d.]+",),
        rank=1,
        page="errors/torch-extension/",
    ),
    Other(
        id="compiler-failed",
        meaning="A package is built from source here, and the compiler refuses its sources.",
        advice="The first line with “error:” says why. A release that has a wheel for your Python and platform needs no "
        "compiler; an older Python may be what this release was written for.",
        kind="native",
        patterns=(
            r"command '[^'\n]*(?:gcc|g\+\+|cc|c\+\+|clang|cl\.exe)[^'\n]*' failed with exit (?:code|status)",
            r"ninja: build stopped: subcommand failed",
        ),
        rank=5,
    ),
    # Resolvers and modules: nothing compiled is in it.
    Other(
        id="python-requirement",
        meaning="A requirement on Python itself is not met: the package wants another Python than is used, or than "
        "the project says it supports.",
        advice="Use a fitting Python, or narrow requires-python in your project.",
        kind="other",
        patterns=(
            r"requires a different Python",
            r"Ignored the following versions that require a different python version",
            r"(?:current|requested) Python version \([^)]*\) does not satisfy",
            r"(?:current|requested) project's supported Python range",
        ),
        rank=0,
    ),
    Other(
        id="no-such-version",
        meaning="The package, or the version asked for, is not on the index that was asked.",
        advice="Look at the name, the version and the index; for pre-releases they must be allowed.",
        kind="other",
        patterns=(
            r"No matching distribution found for (?P<wanted>[\w.-]+)",
            r"(?P<wanted>[\w.-]+) was not found in the (?:package registry|cache|provided package locations)",
            r"there (?:is|are) no versions? of (?P<wanted>[\w.-]+)",
        ),
        rank=0,
    ),
    Other(
        id="conflict-left",
        meaning="pip has installed what was asked for and left a requirement of another package unmet.",
        advice="Install both in one command, so that pip resolves them together. It matters to compiled code only "
        "if the one package links to the other’s library.",
        kind="other",
        patterns=(
            rf"(?P<consumer>{_NAME}) (?P<consumer_version>\S+) requires (?P<requirement>[^\n]+?), but you have "
            rf"(?P<provider>{_NAME}) (?P<installed>\S+) which is incompatible",
        ),
        rank=4,
    ),
    Other(
        id="missing-package",
        meaning="A module is not installed in the environment that runs.",
        advice="Install the package it belongs to, and look which Python runs (`python -m pip list`).",
        kind="other",
        patterns=(r"No module named ['\"](?!pkg_resources|setuptools['\"])(?P<module>[\w.]+)",),
        rank=5,
    ),
    Other(
        id="process-died",
        meaning="The process was ended by a crash in compiled code; the log does not say of which cause.",
        advice="Run it with `python -X faulthandler` to see where, and `native-skew doctor` for modules that run "
        "with another library than they were built with. It may be a skew; it is not known.",
        kind="possible",
        patterns=(
            r"[Ss]egmentation fault",
            r"SIGSEGV",
            r"SIGABRT",
            r"exit(?:ed with)? (?:code|status) 139\b",
            r"double free or corruption",
            r"Illegal instruction",
            r"Windows fatal exception: access violation",
        ),
        rank=6,
        page="errors/wrong-result/",
    ),
)


def _spelt(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The patterns, with any gap for a space: tools break lines, and uv frames them."""
    return tuple(pattern.replace(" ", r"[\s│]+") for pattern in patterns)


def recognise(text: str) -> tuple[Message, ...]:
    """The messages with a page found in ``text``, the closest to the cause first."""
    found = [
        m for m in MESSAGES if any(re.search(p, text, re.MULTILINE) for p in _spelt(m.patterns))
    ]
    return tuple(sorted(found, key=lambda message: message.rank))


def for_script(prefix: str) -> str:
    """Both tables as JSON for the paste box; ``prefix`` leads to the site's root."""
    entries: list[dict[str, Any]] = [
        {
            "id": m.id,
            "title": m.title,
            "meaning": m.meaning,
            "kind": m.kind,
            "href": f"{prefix}errors/{m.id}/",
            "patterns": _for_script(m.patterns),
            "rank": m.rank,
        }
        for m in MESSAGES
    ]
    entries += [
        {
            "id": o.id,
            "meaning": o.meaning,
            "advice": o.advice,
            "kind": o.kind,
            "href": o.page if "://" in o.page else o.page and prefix + o.page,
            "patterns": _for_script(o.patterns),
            "within": o.within,
            "rank": o.rank,
        }
        for o in OTHERS
    ]
    return json.dumps(entries, ensure_ascii=False).replace("</", "<\\/")


def _for_script(patterns: tuple[str, ...]) -> list[str]:
    return [pattern.replace("(?P<", "(?<") for pattern in _spelt(patterns)]
