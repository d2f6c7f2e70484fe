"""The error messages that the site explains, by id: used by pages, box and tests.

``MESSAGES`` have a page each, called like their id. ``OTHERS`` are what people paste as well:
relatives of them, and failures of native code that are no skew; a sentence each, and what to do.

Patterns are written for Python; ``for_script`` spells them for the browser.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any, Literal

import msgspec

Kind = Literal["possible", "stopped", "native", "pair", "unsure", "other"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed, and what it says.

    Attributes:
        patterns: any of them found means that this is it; named groups are facts. The groups
            ``compiled`` and ``running`` are versions of one thing: what was built with, and what
            is there now.
        meaning: what it says about the installation; true wherever one of the patterns is found.
        advice: what to do, where no page of its own says it.
        kind: ``possible``: a skew may be behind it; ``stopped``: a resolver or a build refused,
            and nothing was run; ``native``: compiled code, but no skew; ``pair``: two packages
            of releases that do not belong together; ``unsure``: compiled code may be behind
            it; ``other``: nothing points to compiled code.
        rank: the lower, the closer to the cause; of two with one rank the first in the table is
            shown.
        within: found somewhere in the text as well, or this is not the message.
        page: where to read on: a path of this site, or a whole address.
        provider: whose the versions are, where the pattern does not name it.
        title: of one with a page: the message, as a tool prints it, shortened by ``…``.
        examples: of one with a page: the message whole, as printed.

    """

    patterns: tuple[str, ...]
    meaning: str
    advice: str = ""
    kind: Kind = "native"
    rank: int = 1
    within: str = ""
    page: str = ""
    provider: str = ""
    title: str = ""
    examples: tuple[str, ...] = ()


def _entry(*patterns: str, **more: Any) -> Entry:
    return Entry(patterns=patterns, **more)


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
# Of a desktop or the machine: no package brings them, and no conda package as a rule.
_MACHINE = (
    r"lib(?:GL|GLX|EGL|GLU|GLESv\d|OpenGL|OpenCL|vulkan|GLdispatch|gthread-2\.0|glib-2\.0|gobject-2\.0|"
    r"g(?:io|module|irepository)-[12]\.0|SM|ICE|X\w+|xcb[\w-]*|wayland[\w-]*|SDL2?[\w.-]*|OSMesa|"
    r"xkbcommon[\w-]*|fontconfig|dbus-1|nss3|nssutil3|nspr4|smime3|atk[\w.-]*|gbm|drm|asound|pulse[\w-]*|"
    r"portaudio|espeak[\w-]*|usb-1\.0|usb-0\.1|udev|systemd|bluetooth|i2c|gpiod|pcap|modbus|virt|acl|aio|"
    r"crypt|nsl|tinfo|ncurses\w*|ibverbs|rdmacm|numa|cap|selinux|rt[\w-]*|elf|dw|unwind)"
)
# Of the system, and in conda packages of their own.
_LIBRARY = (
    r"lib(?:freetype|sndfile|pq|mysqlclient\w*|mariadb\w*|odbc\w*|tdsodbc|sybdb|magic|zbar|gdal|geos\w*|"
    r"proj|spatialite|spatialindex\w*|cairo|pango[\w.-]*|gdk[\w.-]*|gtk[\w.-]*|harfbuzz\w*|ldap[\w.-]*|lber[\w.-]*|sasl2|"
    r"xmlsec1[\w-]*|xslt|exslt|xml2|ffi|ssl|crypto|readline|sqlite3|bz2|lzma|z|lz4|archive|brotli\w*|"
    r"zstd|expat|uuid|krb5|gssapi_krb5|mpi\w*|hdf5\w*|netcdf\w*|fftw3\w*|openblas\w*|lapack\w*|(?:c|f77)?blas|[st]?atlas|icu\w+|"
    r"av(?:codec|format|util|device|filter|resample)|swscale|swresample|jpeg|turbojpeg|png\w*|tiff|webp\w*|"
    r"openjp2|lcms2|raqm|imagequant|vips[\w-]*|heif|de265|x26[45]|aom|tcl[\w.]*|tk[\w.]*|snappy|rdkafka|"
    r"enchant[\w-]*|hunspell[\w.-]*|aspell|tesseract|lept\w*|poppler[\w-]*|pdfium|MagickWand[\w.-]*|"
    r"MagickCore[\w.-]*|[Ll][Ll][Vv][Mm](?!lite)\w*(?:-[\d.]+)?|clang[\w.-]*|json-c|curl[\w-]*|nghttp2|zmq|sodium|gmp\w*|mpfr|"
    r"mpc|flint|ntl|gsl\w*|cholmod|umfpack|amd|colamd|suitesparseconfig|cfitsio|eccodes|sz|aec|blosc\w*|qhull\w*|glog|gflags|lmdb|leveldb|rocksdb|memcached|event[\w.-]*|"
    r"uv|hiredis|pcre\w*|re2|jemalloc|tcmalloc\w*|hwloc|netsnmp\w*|pbc|cppunit|yaml[\w-]*|protobuf(?:-lite)?)"
)
_SYSTEM = f"(?:{_MACHINE}|{_LIBRARY})"
# Of other accelerators than NVIDIA's.
_ACCELERATOR = r"lib(?:amdhip\w*|hip\w+|hsa-runtime64|roc(?!ksdb)\w+|MIOpen|rccl|ze_loader|sycl|ur_loader|ascend\w*|tpu)"
# What auditwheel put into a wheel: the name ends in a part of its hash.
_GRAFTED = r"lib[\w.+]*(?:-[\w.+]+)*?-[0-9a-f]{8}(?:[.-][\w.]+?)?"
_KNOWN = (
    f"{_TORCH}|{_DRIVER}|{_CUDA}|{_ACCELERATOR}|{_RUNTIME}|{_PYTHON}|{_GLIBC}|{_SYSTEM}|{_GRAFTED}"
)
# The end of glibc's sentence in some of its languages; logs are cut off, too.
_NOT_FOUND = (
    r"(?:cannot op(?![^\n]*(?:Permission denied|Too many open|Input/output))|Kann die Shared|kan (?:gedeeld|ikke|inte)|[Nn]e peut|[Ii]mpossible d|[Ii]mpossível|"
    r"no se p|non se pode|no s.ha pogut|impossibile apr|n[ãa]o |nie (?:można|je)|nije|nem nyit|nelze|sdílený|"
    r"deljene|jaettua|nepavyko|tidak dapat|không thể|paylaş|无法打开|無法開啟|不能開啟|共有オブジェクト|동적 오브젝트|공유|"
    r"невозможно|не (?:уда|вда|ўда|може|могу))"
)
# Windows's sentence about a function that a DLL lacks: “procedure” in some of its languages.
_PROCEDURE = (
    r"(?:procedur|Prozedur|procédure|procedimi?ento|proceso especificado|prosedyr|eljárás|yordam|"
    r"διαδικασ|процедур|プロシージャ|程序|프로시저)"
)
# What a package says of a library that it loads by itself.
_CANNOT = r"(?:[Cc]an(?:not|'t)|[Cc]ould(?: not|n't)|[Uu]nable to|[Ff]ailed to) (?:find(?: or load)?|locate|load|open)"
# The loader's word for a missing symbol: glibc's and musl's, FreeBSD's, Android's.
_UNDEFINED = r"(?:[Uu]ndefined symbol:?|cannot locate symbol) [\"*`]{0,2}"
_COMPILER = r"[^'\n]*?(?:gcc|g\+\+|cc|c\+\+|clang|cl\.exe)[\w+-]*"
# Programs that builds call to learn how a library is installed, and other tools of a build.
_PROGRAM = (
    r"(?P<program>(?:pg|mysql|mariadb|xml2|xslt|gdal|geos|nc|nf|curl|freetype|llvm|krb5|gsl|icu|cups|"
    r"odbc|pcre2?|gpgme|net-snmp|sdl2?|wx)[-_]config|nvcc|swig|cmake|ninja|pkg-config|meson|make|auto(?:re)?conf|automake|aclocal|libtool(?:ize)?|bison|flex|cargo)"
)


def _windows(number: int, words: str) -> str:
    """One of Windows's errors: by its number, or by its words in some of its languages."""
    return rf"DLL load failed[^\n]*(?:{words})|(?:WinError|failed with error) {number}\b"


def _missing(name: str) -> tuple[str, ...]:
    """A library that the loader of glibc, of musl or of Android does not find, or ldd."""
    library = rf"(?<![\w.+/-])(?P<library>{name}\.so(?:\.[\w-]+)*)"
    said = r"(?:Error loading shared library |[Ff]ailed to dlopen |dlopen failed: library \")"
    return (rf"{library}[`'\"]?: {_NOT_FOUND}", rf"{library} => not found", said + library)


# What tools print when a build has failed: pip, uv, Poetry, PDM, Pipenv and build.
_BUILD_FAILED = (
    r"(?:Failed building wheel|Could not build wheels|Failed to build installable wheels) for|"
    r"error: (?:subprocess-exited-with-error|metadata-generation-failed|legacy-install-failure|"
    r"failed-wheel-build-for-install|failed-build-dependency-install)|did not run successfully|"
    r"Complete output from command python setup\.py|Command (?:errored out with exit status|\"[^\n]*setup\.py[^\n]*\" failed with error code) \d|"
    r"(?:Building wheel|Preparing metadata|Getting requirements to build|Running setup\.py|install build dependencies|setup\.py egg_info)"
    r"[^\n]*(?:(?:\.\.\. |')error|exited with \d)|metadata generation failed|"
    r"Failed to (?:download and )?build [`']|maturin failed|[Bb]uild backend (?:returned an error|raised error|failed)|BuildError\b|EnvCommandError|"
    r"Backend (?:subproc+ess exited|operation failed)|PEP517 build (?:of a dependency )?failed|BackendUnavailable|"
    r"error originates from the build backend|not supporting PEP 517 builds|Unable to determine package info for path|(?:install|resolve) build-system\.requires for|"
    r"'pip', 'install', [^\n]*returned non-zero exit status|pip wheel [^\n]*--use-pep517|ninja: build stopped: subcommand failed"
)
_IN_BUILD = (
    rf"{_BUILD_FAILED}|egg_info|Preparing metadata|Getting requirements to build|declare it as a build\s+dependency|"
    r"specified in the 'build-system\.requires'|File \"[^\"\n]*\bsetup\.py\", line \d+, in <module>"
)


def _ended(signal: int, name: str, status: str = "") -> str:
    """A process that a signal has ended: by its name, as shells and as others count; Windows's status."""
    codes = [str(128 + signal), f"-{signal}"]
    if status:
        codes += [str(int(status, 16)), str(int(status, 16) - 2**32)]
    shown = f"|0x{status}" if status else ""
    return rf"\b{name}\b{shown}|[Ss]ignal:? {signal}\b|(?:code|status|exited)(?: with)?(?: code)?:? (?:{'|'.join(codes)})\b"


# What installers print when a server is not reached.
_NOT_REACHED = (
    r"Could not fetch URL|connection broken by|ReadTimeoutError|NewConnectionError|NameResolutionError|"
    r"Max retries exceeded with url|CERTIFICATE_VERIFY_FAILED|invalid peer certificate|CondaHTTPError|CondaSSLError|"
    r"CONDA HTTP ERROR|Failed to fetch: `|All attempts to connect to|"
    r"error: (?:connection-failed|connection-timeout|ssl-verification-failed|proxy-connection-failed|incomplete-download)"
)

# Names of modules that are compiled, without the underline at the beginning.
_COMPILED = (
    r"C|core|ext|extension|rust|native|speedups|cext|c|cy|cython|binding|bindings|imaging\w*|psycopg|mysql|"
    r"multiarray_umath|umath\w*|message|ccallback_c|pywrap\w*|path|image|zmq|lib_\w+|pybind\w*|check_build|ufuncs"
)

# A package asks another module for a name that it does not have; up to the name of that module.
_ANOTHERS_NAME = (
    r"(?:site|dist)-packages[\\/](\w+)[\\/.][^\n]*\n(?:(?!\s*File )[^\n]*\n){1,3}?"
    r"(?:AttributeError: module|ImportError: cannot import name '\w+' from) '(?!\1\b)"
)
_OF_PYTHON_ITSELF = "|".join(sorted(n for n in sys.stdlib_module_names if not n.startswith("_")))

_PLATFORM = r"(?:SQLite|sqlite3|libpq|LLVM|CMake|[Pp]roj|PROJ|GEOS|GDAL|HDF5|OpenSSL|libcurl|GCC|gcc|GLIBC|Java|rustc|Rust)"

# CPython's API by what its names begin with (others call theirs Py…, too), and CUDA's versioned
# libraries, by the names of their symbols.
_API = (
    "_ AIter_ Arg_ Async Bool_ Buffer_ Byte C(?:all|apsule|ell|Func|lass|Method|Obj|od|ompl|onfig|ontext|oro|ross) DateTime Descr_ "
    "Dict Err_ Eval_ Exc File_ Float_ Frame_ FrozenSet_ Function_ GC_ Gen_ GILState_ Import_ Instance Int_ Interpreter Iter_ List_ "
    "Long_ Mapping_ Marshal_ Mem Method Module Number_ OS_ Object Run Sequence_ Set_ Slice_ State_ Static Status_ String_ "
    "Struct Sys_ Thread Time_ Trace Tuple_ Type_ Unicode Vectorcall_ Weakref_"
)
_OF_PYTHON = rf"_?Py(?:{_API.replace(' ', '|')})"
_OF_CUDA = r"_{0,2}(?:cu(?:da)?[A-Z]|cublas|cudnn|cusparse|cufft|nccl|nvJitLink)"

# A package says itself which release of another it needs, and which it has found.
_NO_TOOL = r"(?!(?:[Pp]ython|a|an|the|version)\b)[A-Za-z][\w-]*"
_ASKED = (
    r"(?: version)?\s*(?:(?P<requirement>[<>=~!]=?\s*\d[\w.]*(?:(?:,| and)\s*[<>=~!]=?\s*\d[\w.]*)*)|v?\d[\w.]*)"
    r"(?: or \w+)?"
)
_HAVE = (
    r"[^\n]{0,60}?\b(?:[Yy]ou(?:r| have)|[Ff]ound|[Gg]ot|[Dd]etected|[Ii]nstall\w+|current\w*)\b"
    r"(?![^\n]{0,60}which is incompatible)[^\n\d]{0,60}?(?P<installed>\d[\w.]*\w)"
)

MESSAGES: dict[str, Entry] = {
    "missing-library": _entry(
        *_missing(rf"(?!(?:{_KNOWN})\.so)(?:lib)?[\w.+-]+?"),
        title="ImportError: lib….so.…: cannot open shared object file",
        meaning="The loader finds no file of this name: the module was built against another version of the library than is "
        "installed, or the library is not installed where the loader looks.",
        examples=(
            "ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: "
            "No such file or directory",
            "ImportError: libfakecore.so.7.0.10.99.0: cannot open shared object file: "
            "No such file or directory",
        ),
        rank=3,
        kind="possible",
    ),
    "undefined-symbol": _entry(
        rf"{_UNDEFINED}(?!{_OF_PYTHON}|{_OF_CUDA}|GLIBC)(?P<symbol>\w+)",
        rf"symbol (?P<symbol>\w+),? version \S+ not defined in file (?!{_CUDA})",
        r"undefined symb(?:o|$)(?!l: )",
        title="ImportError: ….so: undefined symbol: …",
        meaning="No library that was loaded has a symbol that the module calls: it was compiled against another version of a "
        "library, or the library was not loaded.",
        examples=(
            "ImportError: flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so: undefined symbol: "
            "_ZN3c104cuda9SetDeviceEi",
        ),
        rank=3,
        kind="possible",
    ),
    "violated-requirement": _entry(
        rf"(?P<provider>{_NAME}) (?P<installed>\d\S*) is installed but (?P<requirement>\S+) is required by {{'(?P<consumer>{_NAME})'",
        r"The package `(?P<consumer>[^`]+)` requires `(?P<requirement>[^`]+)`, "
        r"but `(?P<installed>[^`]+)` is installed",
        rf"VersionConflict: \((?P<provider>{_NAME}) (?P<installed>\S+) \([^)\n]*\), "
        rf"Requirement\.parse\('(?P<requirement>[^'\n]+)'\)(?:, {{'(?P<consumer>{_NAME})')?",
        rf"(?P<consumer>{_NAME}) (?P<consumer_version>\S+) has requirement "
        rf"(?P<requirement>.+?), but you have (?P<provider>{_NAME}) (?P<installed>\S+?)\.?\s*$",
        title="The package `x` requires `y`, but `z` is installed",
        meaning="An installed package requires another version of a second one than is installed. If the first was built here, "
        "its build may have written in what it was built with.",
        examples=(
            "The package `softioc` requires `epicscorelibs>=7.0.10.99.0.0,<7.0.10.99.1`, but "
            "`7.0.7.99.1.2` is installed",
            "fake-softioc 4.6.1 has requirement fake-corelibs<7.0.10.99.1,>=7.0.10.99.0.2, but "
            "you have fake-corelibs 7.0.7.99.1.2.",
        ),
        rank=2,
        kind="possible",
    ),
    "no-static-metadata": _entry(
        rf"Extra build requirement `(?P<provider>{_NAME})` was declared with "
        rf"`match-runtime = true`, but `(?P<consumer>{_NAME})[^`]*` does not declare static",
        r"does not declare static metadata",
        title="… does not declare static metadata, making runtime-matching impossible",
        meaning="match-runtime was asked for where uv cannot match the build to a resolution.",
        examples=(
            "Extra build requirement `fake-corelibs` was declared with `match-runtime = true`, "
            "but `fake-softioc` does not declare static metadata, making runtime-matching "
            "impossible",
        ),
        kind="stopped",
    ),
    "not-in-resolution": _entry(
        rf"(?:`(?P<provider>{_NAME})` was declared as an extra build dependency with )?"
        r"`match-runtime = true`, but was not found in the resolution",
        title="… was declared with `match-runtime = true`, but was not found in the resolution",
        meaning="match-runtime names a package that the run-time resolution does not hold.",
        examples=(
            "`torch` was declared as an extra build dependency with `match-runtime = true`, but "
            "was not found in the resolution",
        ),
        kind="stopped",
    ),
    "no-pkg-resources": _entry(
        r"No module named ['\"]?pkg_resources\b(?!\.)",
        title="ModuleNotFoundError: No module named 'pkg_resources'",
        meaning="What runs here imports a module that setuptools 82 removed: an older build helper, if a build failed with it, "
        "or an older package. Hold setuptools below 82 there.",
        examples=("ModuleNotFoundError: No module named 'pkg_resources'",),
        kind="stopped",
    ),
    "no-build-backend": _entry(
        r"Cannot import (?:build backend )?['\"]?setuptools\.build_meta|No module named ['\"]?setuptools['\"]?\s*$",
        title="Cannot import 'setuptools.build_meta' … No module named 'setuptools'",
        meaning="The environment of the build has no setuptools that loads: the package does not declare it as a build "
        "requirement, isolation is off and nobody installed it, or it is too old for this Python.",
        examples=(
            "pdm.exceptions.BuildError: Cannot import 'setuptools.build_meta'",
            "ModuleNotFoundError: No module named 'setuptools'",
        ),
        kind="stopped",
    ),
    "unsatisfiable-pin": _entry(
        r"No solution found when resolving|none of the providers can be installed|requirements are unsatisfiable",
        rf"Because (?:all versions of )?(?P<consumer>{_NAME})(?:==\S+)? depends? on "
        rf"(?P<provider>{_NAME})",
        rf"ERROR: Cannot install (?P<consumer>{_NAME})",
        r"ResolutionImpossible",
        rf"Unable to find a resolution for (?P<provider>{_NAME})",
        r"version solving failed|specifications were found to be in(?:compatible| conflict)|UnsatisfiableError\b|Found conflicts! Looking for incompatible packages",
        r"Could not solve for environment specs",
        r"there are no viable options|conflicts with any installable versions previously reported",
        r"dependencies could not be resolved|incompatible versions in the resolved dependencies",
        title="No solution found when resolving dependencies … are incompatible",
        meaning="The requirements contradict each other as the resolver read them, and nothing was installed. Often that is "
        "all. uv may also have read a wheel that it would not install here.",
        examples=(
            "× No solution found when resolving dependencies: ╰─▶ Because fake-softioc==4.6.1 "
            "depends on fake-corelibs",
            "error: No solution found when resolving dependencies cause: Because "
            "fake-softioc==4.6.1 depends on fake-corelibs",
            "ERROR: ResolutionImpossible: for help visit",
            "ERROR: Unable to find a resolution for fake-corelibs",
        ),
        kind="stopped",
    ),
    "wrong-result": _entry(
        r"(?:libxml2|xmlsec) library version mismatch",
        title="No error and wrong results, or: libxml2 library version mismatch",
        meaning="The module meets another build of a library than it was compiled with, and the loader does not object.",
        examples=("xmlsec.InternalError: (-1, 'lxml & xmlsec libxml2 library version mismatch')",),
        rank=3,
        kind="possible",
    ),
}

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

OTHERS: dict[str, Entry] = {
    # A build that fails: the first thing that is missing in it.
    "no-python-headers": _entry(
        r"fatal error: Python\.h:|Python\.h: No such file|[Cc]annot open include file: '?Python\.h|'Python\.h' file not found",
        meaning="The compiler does not find Python's own header files.",
        advice="Install them for the very Python that builds (Debian: python3-dev, Fedora: python3-devel), or take a Python of "
        "uv, which brings them.",
        rank=0,
    ),
    "no-header": _entry(
        r"error: (?!Python\.h)(?P<header>[\w./+-]+\.h(?:pp|xx)?): No such file",
        r"[Cc]annot open include file: '?(?!Python\.h)(?P<header>[\w./+-]+)",
        r"fatal error: (?!Python\.h)(?P<header>[\w./+-]+\.h(?:pp|xx)?): (?!Permission|Too many|Input)",  # in any language
        r"fatal error: '(?!Python\.h)(?P<header>[\w./+-]+)' file not found",
        r"(?:did not find|[Uu]nable to find|[Cc](?:ould|an) ?not find) (?:the )?[\w.+-]+ headers",
        r"Can not find valid pkg-config name|[Tt]he development (?:files|libraries|headers) (?:for|of) [^\n]{1,40}? (?:were|are) not found",
        r"CMake Error at [^\n]*(?:\(find_package\)|\n\s*(?:Could(?:n't| not| NOT) find (?!compiler)|[^\n]* not found$))",
        r"[Cc]ould not find directory of (?P<header>OpenSSL) installation|system library `[^`\n]+` required by crate",
        r"was not found in the pkg-config search path|No package '[\w.+-]+' found",
        r"Please make sure the libxml2 and libxslt development packages are installed",
        r"Dependency \"?[\w.+-]+\"? not found, tried pkgconfig",
        meaning="The build does not find the development files (headers, pkg-config) of a library that the package is built "
        "with.",
        advice="Install the library's development files (Debian: a package that ends in -dev), or take a release that has a "
        "wheel for your platform.",
        rank=0,
    ),
    "no-compiler": _entry(
        rf"command '{_COMPILER}' failed: (?:None|No such file)",
        r"unable to execute '[^']*(?:gcc|cc|clang|\+\+)[^']*'[^\n]*(?=\s*(?:\*\*)?(?:error|unable to|note: This|\[end of|$(?![\s\S])))",
        r"(?:cannot execute|error trying to exec) '(?:cc1\w*|collect2|as|ld)'",
        r"Microsoft Visual C\+\+ [\d.]+ (?:or greater )?is required",
        r"Unable to find (?:vcvarsall\.bat|a compatible Visual Studio)|No CMAKE_CXX?_?\w*COMPILER could be found",
        r"xcrun: error: invalid active developer path|compiler \"\w+\" not found|No working compiler found|need a C compiler|no Fortran compiler found|Unknown compiler\(s\):|linker `\w+` not found",
        r"C compiler cannot create executables|No such file or directory: '(?:gcc|cc|g\+\+|c\+\+|clang)'",
        r"(?:error: command|execvp?) '?(?:gcc|cc|g\+\+|c\+\+|clang)'?:? (?:not found|No such file)",
        meaning="A package is built from source here, and there is no working compiler.",
        advice="Install one (Debian: build-essential; macOS: xcode-select --install; Windows: the C++ Build Tools), or take a "
        "release that has a wheel for your Python and platform.",
        rank=0,
    ),
    "no-build-tool": _entry(
        rf"(?<![\w-]){_PROGRAM}(?: executable)?:? (?:command )?not found",
        rf"'{_PROGRAM}' is not recognized",
        rf"(?:[Cc]annot|[Cc]ould not|[Uu]nable to) find (?:the )?{_PROGRAM}\b(?! (?:for|script|file|config))",
        r"Running\s+'(?P<program>[^'\n]+)' [^\n]*\s+failed with:\s+no such file",
        r"Provide a path to (?P<program>[\w-]+)|ERROR: Program '[^'\n]+' not found",
        rf"^\s*{_PROGRAM} is required to build (?P<consumer>(?!from)[\w-]+)?",
        r"CMake must be installed|Rust compiler|Cargo, the Rust package manager, is not installed",
        r"CUDA_HOME environment variable is not set|Did not find pkg-config|[Dd]o you have (?P<program>\w+) in your PATH",
        r"CMAKE_(?:\w+_COMPILER|MAKE_PROGRAM)(?: is)? not set",
        rf"error: command '(?!{_COMPILER}')(?P<program>[^'\n]+)' failed: (?:None|No such file)",
        rf"No such file or directory:? '(?:[^'\n]*/)?(?:{_PROGRAM}|git)'",
        rf"unable to execute '?{_PROGRAM}'?: No such",
        rf"'{_PROGRAM}' utility is missing",
        meaning="A package is built from source here, and a program that its build calls is not there.",
        advice="Install that program, or take a release that has a wheel for your Python and platform.",
        rank=0,
    ),
    "no-link-library": _entry(
        r"cannot find -l(?P<linked>[\w.+-]+)",
        r"ld: (?:library|framework) not found (?:for )?(?:-l)?(?P<linked>\S+)|unable to find library -l",
        r"(?:ld: (?:library|framework)|ERROR: \S+ (?:shared or )?(?:shared|static) library) '(?P<linked>[^'\n]+)' not found",
        r"LNK1(?:104|181): cannot open (?:input )?file '(?P<linked>[^'\n]+\.lib)'",
        meaning="The linker does not find a library that the package is built with.",
        advice="Install its development files (Debian: a package that ends in -dev).",
        rank=0,
    ),
    "out-of-memory": _entry(
        r"Killed signal terminated program|virtual memory exhausted|out of memory allocating",
        meaning="The compiler was killed, as a rule for want of memory.",
        advice="Build with fewer jobs at once (MAX_JOBS=1 for PyTorch extensions), or take a wheel.",
        rank=0,
    ),
    "cuda-of-the-build": _entry(
        r"(?:detected|Installed) CUDA version \(?[\d.]+\)? (?:mismatches|does not match) the version (?:that was used to|torch was) compile",
        meaning="The CUDA compiler on this machine is of another version than the one that PyTorch was built with.",
        advice="Build with the nvcc of PyTorch's CUDA (torch.version.cuda), or install a PyTorch for yours.",
        kind="stopped",
        rank=0,
        page="errors/torch-in-build/#a-compiler-for-cuda",
    ),
    "module-missing-in-build": _entry(
        r"No module named ['\"]?(?!pkg_resources|setuptools['\"]|pip\b|[\w.]+\._)(?P<module>\w[\w.]*)",
        r"No module named ['\"]?(?P<module>pip)\b",  # which some set-ups ask for first
        r"depends on `(?P<module>[\w.-]+)`, but doesn't declare it as a build dependency",
        meaning="A build imports a module that its environment does not have. An isolated build has only what the package "
        "declares as build requirements, whatever is installed outside of it.",
        advice="Declare it for the build: with uv in [tool.uv.extra-build-dependencies], PACKAGE = [{ requirement "
        '= "MODULE\'S PACKAGE", match-runtime = true }] if its library is linked to (torch, numpy), so that it is '
        "the version you run with. With pip: install it first, then --no-build-isolation.",
        kind="stopped",
        within=_IN_BUILD,
        rank=2,
        page="errors/torch-in-build/",
    ),
    "build-tool-release": _entry(
        r"AttributeError: cython_sources|module 'pkgutil' has no attribute 'Imp(?:Importer|Loader)'",
        r"use_2to3 is invalid|Compatibility with CMake < [\d.]+ has been removed|AttributeError: install_layout",
        r"module 'configparser' has no attribute 'SafeConfigParser'|Cython\.Compiler\.Errors\.CompileError|Error compiling Cython file",
        r"No module named ['\"](?P<module>setuptools\.(?!build_meta)\w[\w.]*|numpy\.distutils[\w.]*|pkg_resources\.\w+)",
        r"cannot import name '\w+' from '(?:setuptools|distutils|pkg_resources|wheel)[\w.]*'",
        r"newer than PyO3's maximum supported version|missing the 'build_editable' hook",
        meaning="The package was built with a newer release of a build tool (setuptools, Cython, NumPy, PyO3), or of Python, "
        "than it was written for.",
        advice="First take a newer release of the package. Else hold the tool back in its build: pip's --build-constraint, "
        "uv's build-constraint-dependencies; or use an older Python.",
        kind="stopped",
    ),
    "backend-not-loaded": _entry(
        r"Backend '\S+' is not available",
        meaning="The build backend does not load: the environment of the build does not have it, or in a release that is too "
        "old for this Python.",
        advice="Take a newer release of the package, or one that has a wheel; else an older Python.",
        kind="stopped",
        rank=3,
        page="errors/no-build-backend/",
    ),
    "no-bdist-wheel": _entry(
        r"invalid command 'bdist_wheel'",
        meaning="The build takes setuptools as it is installed, and up to 70.0 that makes wheels only with the package wheel.",
        advice="pip install --upgrade pip setuptools wheel",
        kind="stopped",
    ),
    "removed-from-python": _entry(
        r"No module named ['\"](?P<module>(?:distutils|imp|asyncore|asynchat|smtpd|cgi|telnetlib|imghdr|pipes|crypt)(?:\.\w+)*)['\"]",
        r"`(?P<module>\w+)` was removed from the standard library",
        rf"{_ANOTHERS_NAME}(?:{_OF_PYTHON_ITSELF})[.'\"]",
        meaning="Python itself does not have this module or name: the package, or its build, was written for another Python, "
        "an older one as a rule.",
        advice="First take a newer release of the package, else an older Python. setuptools brings a distutils of its own, for "
        "builds that have it installed.",
        kind="other",
    ),
    # An import that fails, or a wheel that does not fit.
    "torch-library": _entry(
        *_missing(_TORCH),
        meaning="A library of PyTorch is not found. The module was built for another PyTorch (a CUDA one beside a CPU one, or "
        "another release), or it was imported before torch, which loads it.",
        advice="Try `import torch` first. Else install the extension's wheel for this torch and CUDA, or build it again with "
        "this torch in the build: match-runtime with uv, and its cached wheel removed.",
        kind="possible",
        page="errors/torch-extension/#libc10so-libtorch_cpuso-cannot-open-shared-object-file",
    ),
    "torch-symbol": _entry(
        rf"{_UNDEFINED}(?P<symbol>_+Z(?:T[A-Z])?N[rVK]*(?:3c10|2at|5torch|6caffe2)\w*)",
        meaning="The module calls a function of PyTorch that the installed PyTorch has not: it was built for another PyTorch, or "
        "it was imported before torch.",
        advice="Try `import torch` first. Else install the extension's wheel for this torch and CUDA, or build it again with "
        "this torch in the build: match-runtime with uv, and its cached wheel removed.",
        kind="possible",
        rank=2,
        page="errors/torch-extension/",
        provider="torch",
    ),
    "torchcodec": _entry(
        r"Could not load lib(?P<consumer>torchcodec)",
        r"The PyTorch version \((?P<installed>[\w.+]+)\) is not compatible with this version of (?P<consumer>TorchCodec)",
        meaning="torchcodec could not be loaded with any FFmpeg: FFmpeg's libraries are not there, or torchcodec is not of the "
        "release that belongs to this torch.",
        advice="The lines below it say which: libavutil.so.… is FFmpeg's (Debian and conda: ffmpeg), an undefined symbol is "
        "torch's. Its README has the table of releases.",
        kind="possible",
        rank=0,
        page="errors/torch-extension/",
        provider="torch",
    ),
    "torchvision-operators": _entry(
        r"(?:operator|Could not run) '?\w+::\w+'?(?: does not exist| with arguments from the|\s*$)",
        r"'_OpNamespace' '\w+' object has no attribute|torchvision(?:::|\.)\w+[^\n]* has no attribute",
        r"Couldn't load custom C\+\+ ops|Could not load this library: (?=\S)",
        meaning="The compiled part of an extension of PyTorch (torchvision, as a rule) was not loaded: it is not of the "
        "release, or not of the CUDA or CPU kind, that belongs to this torch.",
        advice="Install both at once from one index, in versions that belong together; torchvision's README has the table.",
        kind="possible",
        page="errors/torch-extension/#runtimeerror-operator-torchvisionnms-does-not-exist",
        provider="torch",
    ),
    "gpu-driver": _entry(
        r"NVIDIA driver on your system is too old|Found no NVIDIA driver on your system",
        r"CUDA driver version is insufficient for CUDA runtime version|driver/library version mismatch",
        r"forward compatibility was attempted on non supported HW|No CUDA GPUs are available",
        r"no CUDA-capable device is detected",
        meaning="The graphics driver is not there, shows no GPU, or is older than the CUDA that the package was built with "
        "needs.",
        advice="Update NVIDIA's driver, or install the package's build for an older CUDA; in a container start it with GPU "
        "access (docker run --gpus all).",
        rank=2,
    ),
    "cpu-build": _entry(
        r"not compiled with CUDA (?:enabled|support)|(?:(?:not|n't) compiled with|compiled without) GPU support",
        r"'CUDAExecutionProvider' is not in available provider",
        meaning="The package is installed in its build for the CPU, which has no code for a GPU.",
        advice="Install its build for your CUDA from its authors' index, and see that the lock or the constraint names that "
        "one.",
        rank=3,
    ),
    "cudnn": _entry(
        r"compiled against \((?P<compiled>[\d,\s]+)\) but found runtime version \((?P<running>[\d,\s]+)\)",
        r"Loaded runtime CuDNN library: (?P<running>\d[\d.]*\d) but source was compiled with: (?P<compiled>\d[\d.]*\d)",
        r"CUDNN_STATUS_(?:SUBLIBRARY_)?VERSION_MISMATCH",
        r"Found cuDNN version (?P<running>\d+), but JAX was built against version (?P<compiled>\d+)",
        meaning="cuDNN is of another version than the package was built with.",
        advice="Look for a cuDNN on LD_LIBRARY_PATH or of the system, which is found first; else install the nvidia-cudnn "
        "distribution in the version that the package requires.",
        kind="possible",
        provider="cudnn",
    ),
    "accelerator-library": _entry(
        *_missing(_ACCELERATOR),
        meaning="A library of an accelerator's own software (ROCm, oneAPI, CANN) is not found.",
        advice="Install that software, or take the package's build for what this machine has.",
    ),
    "driver-library": _entry(
        *_missing(_DRIVER),
        r"(?P<library>libcuda\.so) (?:cannot|not) found|CUDA driver library cannot be found",
        meaning="A library of the graphics driver is not found. It comes with the driver, never with a package.",
        advice="Install NVIDIA's driver; in a container start it with GPU access (docker run --gpus all). `ldconfig -p` lists "
        "what the loader knows. Without a GPU take the package's CPU build.",
    ),
    "cuda-library": _entry(
        *_missing(_CUDA),
        rf"Unable to load any of {{(?P<library>{_CUDA}\.so[\w.]*)",
        r"Couldn't open CUDA library (?P<library>\S+?)\.?(?: |$)",
        rf"[Ll]ibrary (?P<library>{_CUDA}\.so[\w.]*) is not found",
        r"(?P<library>libNVVM) cannot be found",
        r"(?:[Cc]ould not (?:find|load|locate)|Library)[^\n]{0,25} '?(?P<library>(?:cu|nv)\w+64_\d+\.dll)",
        meaning="A library of the CUDA toolkit, of the major version in its name, is not found.",
        advice="Install the package's build for your CUDA, or the nvidia-… distribution that has this library; an installed "
        "toolkit must be on the loader's path.",
    ),
    "cuda-not-loaded": _entry(
        r"Unable to load cu[A-Z]\w+\. Is it installed\?|The cu[A-Z]\w+ library was not found",
        r"CUDA Setup failed despite|CUDA SETUP: (?:Required library version not found|CUDA detection failed)",
        r"Failed to create CUDAExecutionProvider|Cannot dlopen some GPU libraries",
        meaning="The package did not get a library of CUDA loaded; it does not say why.",
        advice="Look for CUDA libraries on LD_LIBRARY_PATH, which are found first: unset it and try again. Else install the "
        "nvidia-… distributions in the versions that the package requires.",
        kind="possible",
        rank=4,
    ),
    "cuda-symbol": _entry(
        rf"(?:{_UNDEFINED}|[Cc](?:annot|ould not) load symbol )(?P<symbol>{_OF_CUDA}\w*)",
        rf"symbol (?P<symbol>\w+),? version \S+ not defined in file {_CUDA}",
        meaning="A library of CUDA lacks a symbol that another file calls: files of two CUDA releases meet.",
        advice="Look for CUDA libraries on LD_LIBRARY_PATH, which are found first; else install the nvidia-… distributions in "
        "the versions that the package (torch, as a rule) requires.",
        kind="possible",
    ),
    "compiler-runtime": _entry(
        *_missing(_RUNTIME),
        rf"Library not loaded: \S*?(?P<library>{_RUNTIME}[\d.]*\.dylib)",
        r"OpenMP runtime is not installed|LLVM ERROR: Symbol not found: __",
        meaning="A library of a compiler's runtime is not found; it belongs to the system or the toolchain.",
        advice="Install it with the system's package manager (Debian: libgomp1, libstdc++6, libgfortran5); for Intel's "
        "libmkl_… and libiomp5 the distributions mkl and intel-openmp.",
    ),
    "other-libpython": _entry(
        *_missing(_PYTHON),
        r"Library not loaded: \S*(?:\.framework/\S*/Python|libpython[\d.]+\.dylib|@rpath/Python)\b",
        meaning="The library of a certain Python is not found: the program or module was built for that one.",
        advice="Run with that Python, or install its shared library (Debian: libpython3.11 for 3.11); else reinstall the "
        "package for the Python that you run.",
    ),
    "glibc-on-musl": _entry(
        *_missing(_GLIBC),
        r"Error relocating [^:\n]*: (?P<symbol>__\w+_chk|gnu_\w+|__res_\w+|backtrace\w*): symbol not found",
        r"initial-exec TLS resolves to dynamic definition",
        meaning="A file that was built for glibc, or linked for static thread-local storage (as Go's compiler does), is loaded "
        "on a system with musl (Alpine), whose loader does not do that.",
        advice="Use an image with glibc (python:3.x-slim), or packages with musllinux wheels.",
        page="errors/other-platforms/#musl-alpine",
    ),
    "conda-library": _entry(
        *_missing(_LIBRARY),
        meaning="In a conda environment a library like this comes in a package of its own. It is not there, or in another "
        "version than the module was built with.",
        advice="`conda list` shows its version. Install both in one `conda install`, so that its solver keeps them together; a "
        "package that pip installed there is best taken from conda too.",
        kind="possible",
        within=r"(?:conda|forge|mamba)\w*[\\/](?:envs[\\/]|lib[\\/]python)|conda-forge",
        page="errors/conda/",
    ),
    "wrong-architecture": _entry(
        r"(?:incompatible|wrong) architecture|wrong ELF class|invalid ELF header",
        r"file too short|no loadable segments|object file has no dynamic section|Exec format error",
        r"is too small to be an ELF executable|file offset for the library [^\n]* >= file size",
        r"is not a valid Win32 application|unknown file type, first \w+ bytes|missing compatible architecture",
        r"not (?:a|valid) mach-o|cannot dynamically load (?:position-independent )?executable",
        _windows(193, "%1"),
        r"ELF (?:load command|file)",
        meaning="The file is for another processor architecture, or no library at all.",
        advice="Install the package again with the Python that you run; on a Mac look whether an x86-64 Python or a shared "
        "cache is in use.",
    ),
    "system-library": _entry(
        *_missing(_SYSTEM),
        r"\b(?!the|a|this|shared|dynamic|standard)(?P<library>[A-Za-z][\w.+-]*)(?: shared)? library not found",
        r"Library \"(?P<library>\w+)\" not found",
        rf"{_CANNOT} (?!librar)(?P<library>lib\w[\w-]*)(?=[.,;!]?\s*$| in |: )",
        r"(?:cannot load library|library not found:) '(?P<library>[\w.+-]+)'",
        r"did not manage to locate a library called '(?P<library>[\w.+-]+)'",
        r"library (?P<library>lib[\w.+-]+) could not be found|MESA-LOADER: failed to open \w+",
        r"(?P<library>lib[\w.+-]+\.(?:so[\d.]*|dylib)) not found(?: in /|\.$)",
        r"dlopen\(\) failed to load a library: (?P<library>[\w.-]+)",
        r"(?:[Cc]an(?:not|'t)|[Cc]ould(?: not|n't)|[Uu]nable to) (?:find|locate) (?:the |a )?(?:\d\d-bit )?"
        r"(?!the|a|this|shared|dynamic|standard)(?P<library>[A-Za-z][\w.+-]*)(?: [A-Z]\w+)? (?:shared )?(?:library|DLL)\b(?!: ?\"/)",
        rf"{_CANNOT} (?:the )?(?!cu[A-Z])(?P<library>[a-z]*[A-Z_]\w*)(?: shared)? library[.!]?\s*$",
        r"failed to find (?P<library>libmagic)",
        r"[Cc]ould not locate \w+ lib, searched for (?P<library>[\w-]+)",
        rf"{_CANNOT} any (?:(?=\w+ libraries)|library for )(?P<library>[A-Z]\w+)",
        r"[Uu]nable to load \S+ library \((?P<library>lib[\w.+-]+)\)",
        r"Could not find lib(?:rary)? (?P<library>\w+) or load any of its variants",
        r"no library called \"(?P<library>[\w.-]+)\" was found",
        r"[Uu]nable to load any of the following libraries:\s*(?P<library>lib[\w.+-]+)",
        r"cannot load MPI library",
        r"Can't open lib '(?P<library>[^'\n]+)' : file not found",
        rf"(?:(?P<library>ODBC)[^\n]*)?no default driver specified|{_CANNOT} (?:the )?ODBC driver",
        r"No (?P<library>JVM) shared library file",
        r"Typelib file for namespace '(?P<library>\w+)'",
        r"Namespace (?P<library>\w+) not available",
        r"NoBackendError: No backend available|Host system is missing (?:a few )?dependencies to run browsers",
        r"[Cc]an ?not find (?:the )?shared library:? '?(?P<library>lib[\w.+-]+)",
        r"Library not loaded: '?(?:/opt/homebrew|/usr/local|/opt/local)/(?:opt|lib|Cellar)/(?:\S*/)?(?P<library>[\w.+-]+)",
        meaning="A library of the operating system, or of other software, is not found: it is not installed, or only in "
        "another version than the module was built with.",
        advice="Install it with the system's package manager (Debian: libgl1 for libGL.so.1, libglib2.0-0 for libgthread and "
        "libglib; `apt-file search NAME` for others). If it was built here before the system was upgraded, remove the cached "
        "wheel and install again.",
    ),
    "mkl": _entry(
        r"I(?:ntel|NTEL) (?:oneAPI )?MKL (?:FATAL )?ERROR",
        meaning="Intel's MKL does not find a part of itself, or one of another release: as a rule two builds of it meet.",
        advice="Take NumPy, SciPy and scikit-learn from one source (all wheels or all conda). With conda: conda install "
        "--force-reinstall mkl numpy.",
        kind="possible",
        rank=2,
        page="errors/conda/",
    ),
    "torch-jit": _entry(
        r"Error building extension '\w+'|/torch_extensions/\S*\.so: cannot open shared object file",
        meaning="PyTorch compiles this extension when it is first used, and that has failed.",
        advice="The first error above it says why (nvcc, the compiler or ninja). Mend that, and remove the folder "
        "torch_extensions in ~/.cache.",
        rank=2,
    ),
    "file-gone": _entry(
        *_missing(_GRAFTED),
        rf"[^\s:'\"]*/(?P<library>[\w.+-]+\.so(?:\.[\w-]+)*)(?:: {_NOT_FOUND}|\" not found)",
        r"Shared library with base name '(?P<library>[\w.-]+)' not found",
        r"[Cc]ould not load shared object file: (?P<library>lib[\w.-]+)",
        r"dlopen\([^)\n]*/(?P<library>[\w.+-]+), \w+\): tried: '[^'\n]*/\1' \(no such file\)",
        r"(?:[Cc](?:annot|ould not) find|CUDA binary)(?! [^\n]*_pytorch_\d) [^\n]{0,60}?\bat [^\n]*?(?P<library>lib[\w.+-]+\.(?:so[\d.]*|dylib|dll))",
        meaning="A file that a package asks for by its path, or that its own wheel brings (the end of its name is then a mark), is not "
        "there.",
        advice="Install the package that it belongs to again, or a release that brings it. In an image or a bundle, look whether the "
        "environment was copied whole (a package's NAME.libs too), and to the path that it was made for.",
        rank=3,
    ),
    "musl-symbol": _entry(
        rf"Error relocating [^:\n]*: (?P<symbol>(?!__\w+_chk|gnu_|__res_|backtrace|{_OF_PYTHON})\w+): symbol not found",
        meaning="musl's loader does not find a symbol that the module calls: a library is of another version than the module "
        "was built with, or the module was built for glibc.",
        advice="Install the package again from a musllinux wheel or from source; the reasons are those of an undefined symbol.",
        kind="possible",
        rank=2,
        page="errors/other-platforms/#musl-alpine",
    ),
    "python-symbol": _entry(
        rf"{_UNDEFINED}(?P<symbol>{_OF_PYTHON}\w*)",
        rf"ImportError: Error relocating [^:\n]*: (?P<symbol>{_OF_PYTHON}\w*): symbol not found",
        rf"[Ss]ymbol not found(?: in flat namespace)?:? \(?'?(?P<symbol>_{_OF_PYTHON}\w*)",
        r"module was compiled for Python [\d.]+, but the interpreter|Python version mismatch|Module use of python\d+\.dll conflicts",
        r"has been built for Python \d|PyThreadState_Get: no current thread",
        r"compile ?time version [\d.]+ of module '(?P<module>[\w.]+)' does not match runtime version",
        r"bad magic number in '|SRE module mismatch|No module named '?encodings\b",
        meaning="A file was made for another Python than the one that runs, or this Python is led to another one's files.",
        advice="Install the package again for this Python, or make the environment anew; unset PYTHONHOME and PYTHONPATH.",
    ),
    "subinterpreter": _entry(
        r"does not support loading in subinterpreters",
        r"(?:this module|may) (?:can )?only be (?:loaded into|initialized once per) (?:one )?interpreter",
        r"PyO3 modules do not yet support subinterpreters|cannot load module more than once per process",
        meaning="The module can be loaded once in a process, and here it is loaded again or in a second interpreter.",
        advice="With mod_wsgi set WSGIApplicationGroup %{GLOBAL}; do not reload the module.",
    ),
    "glibcxx": _entry(
        r"version [`']?(?P<symbol>(?:GLIBCXX|CXXABI|GCC|GOMP|LIBGCC)_[\w.]+)'? not found",
        meaning="The C++ runtime that was loaded is older than the one the module was built with.",
        advice="Let the newer libstdc++ be loaded: inside conda install libstdcxx (until 2024 libstdcxx-ng) there and do not mix it with the "
        "system's; else upgrade the system's, or take a wheel that was built for it (manylinux).",
        page="errors/glibcxx/",
    ),
    "glibc-too-old": _entry(
        r"version [`'*]*(?P<symbol>GLIBC_[\w.]+)['*]* not found",
        meaning="The module was built on a system with a newer glibc than this one has.",
        advice="Take a manylinux wheel, build it here (and keep its wheel out of caches that newer machines share), or use a "
        "newer system.",
        page="errors/glibcxx/#which-version-comes-from-where",
    ),
    "library-version-symbol": _entry(
        r"version [`']?(?P<symbol>(?!GLIBC|CXXABI|GCC_|GOMP_|LIBGCC)[A-Za-z][\w.]+)'? not found \(required by",
        meaning="The library that was loaded lacks a version of its symbols that the module was built with: it is another "
        "release of the library.",
        advice="Find which file is loaded (ldd, or LD_DEBUG=libs) and whose it is; LD_LIBRARY_PATH and conda often bring an "
        "older one.",
        kind="possible",
        rank=2,
        page="errors/glibcxx/",
    ),
    "numpy-abi": _entry(
        r"compiled using NumPy (?P<compiled>1\.x) cannot be run in NumPy (?P<running>\d[\w.]*)",
        r"module (?:was )?compiled against (?:ABI|API|NumPy C-API) version",
        r"numpy\._?core\.(?:_?multiarray\w*|_?umath\w*) failed to import",
        r"initialization of _internal failed without raising an exception|_ARRAY_API not found",
        r"numpy\.\w+ (?:size changed, may indicate binary incompatibility|has the wrong size, try recompiling)",
        meaning="The module was compiled against another NumPy C-API than the NumPy that is installed: most often against "
        "NumPy 1, with NumPy 2 installed.",
        advice="First a newer release of that package; else numpy<2 (or, where NumPy is the older one, a newer NumPy), or "
        "build the package again against the NumPy you run.",
        kind="possible",
        provider="numpy",
        page="errors/numpy/",
    ),
    "size-changed": _entry(
        r"\b(?!numpy\b|builtins\b)(?P<provider>[A-Za-z]\w*)\.[\w.]+ (?:size changed, may indicate binary incompatibility|"
        r"has the wrong size, try recompiling)",
        r"\b(?!numpy\b)(?P<provider>[A-Za-z]\w*)(?:\.\w+)* does not export expected C (?:function|variable)",
        r"C (?:function|variable) (?!numpy\b)(?P<provider>[A-Za-z]\w*)\.[\w.]+ has wrong signature",
        meaning="The module was compiled against the classes or functions of another release of this package than is "
        "installed; Cython compares them at the import.",
        advice="First take newer releases of both in one command. Else build the module again with the installed release in "
        "its build (and its cached wheel removed), or install the release that it was built with.",
        kind="possible",
        rank=3,
        page="errors/undefined-symbol/",
    ),
    "numpy-names": _entry(
        r"was removed in the NumPy 2\.0 release|module 'numpy' has no attribute '(?!_)\w+'",
        r"No module named ['\"](?P<module>numpy\._core)['\"]",
        r"cannot import name '(?!_)\w+' from 'numpy[\w.]*'|'numpy\._DTypeMeta' object is not subscriptable",
        meaning="Python code uses a name of NumPy that the installed NumPy does not have: it was written for an older one, or "
        "a file that a newer one pickled is read.",
        advice="First a newer release of the package that the traceback ends in; else the NumPy that it was written for "
        "(numpy<2). For a pickle, use the NumPy that wrote it or a newer one.",
        kind="other",
        provider="numpy",
    ),
    "torch-without-numpy": _entry(
        r"RuntimeError: Numpy is not available",
        meaning="This torch cannot use NumPy: none is installed, or torch was built for NumPy 1 and a NumPy 2 is installed.",
        advice="Install numpy; else numpy<2, or a newer torch.",
        kind="possible",
        rank=2,
        page="errors/numpy/",
    ),
    "gdal-without-numpy": _entry(
        r"No module named ['\"]_gdal_array",
        r"cannot import name '_gdal_array'",
        meaning="GDAL's bindings were built without NumPy, and so have no module for arrays.",
        advice="Install numpy, setuptools and wheel; then build them again, without a cached wheel: pip install --no-cache-dir "
        '--force-reinstall "gdal[numpy]==$(gdal-config --version).*", for older releases with --no-build-isolation.',
    ),
    "protobuf-runtime": _entry(
        r"compiled against version (?P<compiled>\d[\d.]*\d) of the Protocol Buffer runtime library, which is not "
        r"compatible with the installed version \((?P<running>\d[\d.]*\d)\)",
        r"This program requires version (?P<compiled>\d[\d.]*\d) of the Protocol Buffer runtime library, but the "
        r"installed version is (?P<running>\d[\d.]*\d)",
        meaning="A compiled module was built with another release of protobuf's C++ library than was loaded.",
        advice="Install the package again in a release that fits this protobuf, or the protobuf that it was built with; two "
        "packages that each bring one may also meet.",
        kind="possible",
        provider="protobuf",
    ),
    "protobuf-generated": _entry(
        r"Descriptors (?:cannot|should) (?:not )?be created directly",
        r"(?:incompatible|mismatched) Protobuf Gencode/Runtime version",
        r"cannot import name '(?:builder|runtime_version|service)' from 'google\.protobuf",
        r"The grpc package installed is at version [^\n]*generated code",
        r"module 'google\.protobuf\.descriptor' has no attribute '_internal_create_key'",
        meaning="Python code that protoc generated is of another release than the protobuf that is installed.",
        advice="Take a newer release of the package that brings the …_pb2.py, or generate it again; else install the protobuf "
        "that it was generated for.",
        kind="pair",
        provider="protobuf",
    ),
    "releases-apart": _entry(
        rf"(?:(?:^|: )(?P<consumer>{_NAME}) |\b)(?:requires|needs) (?P<provider>{_NO_TOOL}){_ASKED}{_HAVE}",
        rf"\b(?P<provider>{_NO_TOOL}){_ASKED} is required{_HAVE}",
        r"this version of (?P<consumer>[\w-]+) is incompatible with (?P<provider>(?![Pp]ython\b)[\w-]+)"
        r"(?:[^\n]{0,99}\n?[^\n]{0,99}your [\w-]+ version is (?P<installed>\d[\d.]*\d))?",
        rf"(?P<provider>{_NAME})==(?P<installed>\d[\w.+]*) is (?:used|installed),? but (?:is )?incompatible",
        r"(?P<consumer>[A-Z]\w+) [\w.]+ can only be used with (?P<provider>[A-Z]\w+) [\w.]+; you have \w+ (?P<installed>\d[\w.]*\w)",
        r"Incompatible Language version \d+\. Must (?:not )?be between \d+ and \d+",  # tree-sitter
        r"(?P<consumer>Numba) needs (?P<provider>NumPy) \d[\d.]* or (?:less|greater)",
        rf"(?P<consumer>{_NAME}) (?:requires|needs) at least version \d[\w.]* of (?P<provider>{_NO_TOOL})",
        r"jaxlib version \S+ is (?:newer|older) than|Mismatched PJRT plugin",
        r"(?P<provider>[\w-]+) is version (?P<installed>\S+), but this version of (?P<consumer>[\w-]+) requires",
        r"this is the '\w+' package version [\d.]+, located in[^\n]* we get version",
        r"this is MySQLdb version \([^)]*\), but _mysql is",
        r"the (?P<provider>[\w.]*sip) module implements API v[\d.]+ to v[\d.]+ but the (?P<consumer>\w+)\.\w+ module requires",
        r"(?P<provider>pydantic-core) version \((?P<installed>[\w.]+)\) is incompatible with the current (?P<consumer>pydantic) version",
        r"incompatible version of '[\w.-]+' installed \((?P<installed>[\w.]+)\), please install a version that adheres to: "
        r"'(?P<requirement>[^';\n]+)",
        r"module 'lib' has no attribute '(?:X509|OpenSSL|GEN_|SSL)\w*'",
        r"(?:partially initialized module 'cv2|module 'cv2\.\w+)' has no attribute",
        rf"{_ANOTHERS_NAME}(?!numpy\b|(?:{_OF_PYTHON_ITSELF})\b)[A-Za-z]",
        r"(?P<consumer>\w+) requires version '[^']*' or newer of '(?P<provider>[^']*)' \(version '(?P<installed>[^']*)' currently",
        meaning="One package is of a release that the other was not made for.",
        advice="Install both in one command, so that the installer resolves them together, or hold the one at the version that "
        "the message names.",
        kind="pair",
        rank=2,
    ),
    "built-otherwise": _entry(
        r"(?P<provider>\w+) link-time ssl backends? \((?P<running>[\w./]+)\) (?:is different from|do not include) "
        r"compile-time ssl backend \((?P<compiled>[\w./]+)\)",
        r"(?:compiled|built) (?:against|with|for|using) (?!Python|API|ABI|NumPy)(?P<provider>[A-Z]\w+) (?:version )?v?(?P<compiled>\d[\w.]*\w),?"
        r"[^\n.]{0,30} but [^\n]{0,60}?(?:runn?ing|run|runtime|loaded|linked|installed|found|is) [^\n\d]{0,30}v?"
        r"(?P<running>\d[\w.]*\w)",
        r"\b(?P<provider>(?!Python)[A-Z]\w+) version (?:mismatch: \w+ \w+ )?\(?v?(?P<running>\d[\w.]*\w)[^\n]{0,30} "
        r"(?:but|when|while|incompatible with) [^\n]{0,60}?(?:compiled|built) (?:with|against|for|using) [^\n\d]{0,30}"
        r"(?P<compiled>\d[\w.]*\w)",
        r"Outdated (?P<provider>\w+) installation found\.\s+Version \w+ was built against: (?P<compiled>\d+)\s+"
        r"Minimum supported: \d+\s+Installed version: (?P<running>\d+)",
        r"(?:compiled|built) (?:against|with|for) (?!Python|NumPy)(?P<provider>[A-Z]\w+) v?(?P<compiled>\d[\w.]*\w),? but "
        r"(?:\w+ )?v?(?P<running>\d[\w.]*\w) (?:is|was) (?:installed|found|loaded|used|there)",
        r"(?P<provider>\w+) C API versions mismatch; [^\n]*\((?P<running>\d+) returned by the lib, (?P<compiled>\d+) hardcoded",
        r"requested API version \[\d+\] is not available, only API versions",
        r"linking causes (?P<provider>\w+) downgrade! \(compiled with version (?P<compiled>\d[\w.]*\w)(?:, linked to (?P<running>\d[\w.]*\w))?",
        meaning="A package compares what it was built with and what is there now, and they differ.",
        advice="Install the package again, built here against what is installed (without a cached wheel), or install what it "
        "was built with.",
        kind="possible",
        rank=2,
    ),
    "proj-data": _entry(
        r"It comes from another PROJ installation|DATABASE\.LAYOUT\.VERSION\.MINOR|PROJ: [^\n]*no such table: \w+",
        r"Cannot find proj\.db|Valid PROJ data directory not found|PROJ data files not located",
        r"Unable to open EPSG support file|Try setting the GDAL_DATA",
        meaning="PROJ or GDAL does not find its data, or reads those of another PROJ: a variable (PROJ_LIB, PROJ_DATA, "
        "GDAL_DATA) leads elsewhere, the copy that belongs to the package is not there, or two packages each bring one.",
        advice="Unset the variable, and activate the environment, if it is conda's; else take rasterio, fiona, pyproj and GDAL "
        "from one source (all wheels or all conda).",
        kind="possible",
        rank=2,
    ),
    "gdal-bindings": _entry(
        r"Python bindings of GDAL (?P<compiled>[\d.]+) require at least libgdal [\d.]+, but (?P<running>[\d.]+) was found",
        meaning="The GDAL bindings are of a newer release than the GDAL library of the system.",
        advice="Install the bindings of the library's own version: gdal==$(gdal-config --version).",
        kind="stopped",
        provider="gdal",
    ),
    "qt-mixed": _entry(
        r"(?:(?<![\s\S])|^(?![^\n]*connect to display)[^\n]*\n)[^\n]*Qt platform plugin \"[^\"]*\" in \"[^\"]*cv2[\\/]qt",
        r"Cannot mix incompatible Qt library \((?:version )?(?P<running>[\dx.]+)\) with this library \((?:version )?(?P<compiled>[\dx.]+)\)",
        meaning="Two copies of Qt, of two packages or of a package and the system, meet in one process.",
        advice="Use opencv-python-headless beside PyQt or PySide, install PyQt or PySide with all of its parts in one command, "
        "and unset QT_PLUGIN_PATH.",
        kind="possible",
        provider="qt",
    ),
    "openmp-twice": _entry(
        r"OMP: Error #15",
        meaning="Two copies of OpenMP's runtime are loaded in one process: two packages each bring one.",
        advice="Take NumPy, PyTorch and the like from one source (all wheels or all conda), in an environment of its own.",
    ),
    "opencv-windows": _entry(
        r"The function is not implemented\. Rebuild the library with",
        meaning="This OpenCV was built without windows. Its packages (headless or not, contrib or not) write the same files, "
        "so that of several the last one wins.",
        advice="Uninstall all of them (opencv-python, opencv-python-headless, opencv-contrib-python, "
        "opencv-contrib-python-headless), then install one without headless in its name.",
    ),
    "qt-plugin": _entry(
        r"[Cc]ould not (?:load|find|find or load) the Qt platform plugin \"[^\"]*\" in \"(?![^\"]*cv2)",
        r"no Qt platform plugin could be initialized|qt\.qpa\.xcb: could not connect to display",
        meaning="Qt does not load its plugin for the screen. As a rule a library of the system that the plugin needs is "
        "missing, or there is no screen.",
        advice="QT_DEBUG_PLUGINS=1 names the library (Debian: libxcb-cursor0, libxkbcommon-x11-0); without a screen "
        "QT_QPA_PLATFORM=offscreen.",
        rank=2,
    ),
    "pybind11-types": _entry(
        r"generic_type: (?:cannot initialize )?type \"[^\"]+\"(?: is already registered|: an object with that name)",
        r"\(type not registered yet\?\)|generic_type: type \"[^\"]+\" (?:does not have|has) a non-default holder type",
        r"generic_type: type \"[^\"]+\" referenced unknown base type",
        r"nanobind: type '[^'\n]+' was already registered|refusing to add duplicate key|base type \"[^\"\n]+\" not known to nanobind",
        r"No Python class registered for C\+\+ class|No to_python \(by-value\) converter found for C\+\+ type",
        meaning="A module built with pybind11 or Boost.Python meets a type that another one has registered already, or needs "
        "one that nobody has in this form: modules of two releases of one package, or of two packages, meet.",
        advice="Install the packages that belong together in one command; remove a second copy of the package.",
        kind="possible",
        rank=3,
    ),
    "hdf5-headers": _entry(
        r"HDF5 header files used to compile this application (?:do not match|are not compatible)",
        r"HDF5 library (?:version|release) mismatched error",
        r"Headers are (?P<compiled>\d[\d.]*\d), library is (?P<running>\d[\d.]*\d)",
        r"h5py is running against HDF5 (?P<running>\d[\d.]*\d) when it was built against (?P<compiled>\d[\d.]*\d)",
        meaning="The program was compiled with the headers of another HDF5 than the library that was loaded: two builds of "
        "HDF5 meet in one process or one environment.",
        advice="Take h5py, netCDF4 and PyTables from one source (all wheels or all conda), or build them again against the "
        "HDF5 that is installed.",
        kind="possible",
        provider="hdf5",
        page="errors/hdf5/",
    ),
    "macos-duplicate-rpath": _entry(
        r"duplicate LC_RPATH",
        meaning="macOS 15.4 and newer refuse a library that names one search path twice.",
        advice="Install a newer build of the package that the library belongs to (conda: libgfortran5).",
        rank=0,
        page="errors/other-platforms/#macos",
    ),
    "macos-library-older": _entry(
        r"Incompatible library version: \S+ requires version (?P<compiled>\d[\d.]*\d) or later, but "
        r"(?P<provider>[A-Za-z][\w+-]*)[\w.]*\.dylib provides version (?P<running>\d[\d.]*\d)",
        meaning="macOS's loader found the library, and it is older than the one that the module was built with.",
        advice="Look which one “Reason:” names (a system's or Homebrew's instead of conda's, as a rule), and install the "
        "module again, or that library in the newer version.",
        kind="possible",
        page="errors/other-platforms/#macos",
    ),
    "macos-library": _entry(
        r"Library not loaded: '?(?:[@\w./+-]*/)?(?P<library>[\w.+-]+)",
        r"dlopen\((?:[^)\n]*/)?(?P<library>[\w.+-]+), \w+\): image not found",
        meaning="macOS's loader does not find a library under the name that the module was built with.",
        advice="`otool -L FILE` shows the name, `otool -l FILE` where it looks. If another version lies there, the module was "
        "built against another one: build it again, or install the version it asks for. If none, install the library.",
        kind="possible",
        rank=3,
        page="errors/other-platforms/#macos",
    ),
    "macos-too-old": _entry(
        r"[Ss]ymbol not found:? [('\"]{0,2}(?P<symbol>_\w+)[^\n]*\n(?:[^\n]*\n)?\s*Expected in:\s*(?:<[^>\n]*> )?'?"
        r"/(?:System/|usr/lib/(?:system/)?lib(?:System|c\+\+|objc))|load command 0x\w+ is unknown",
        meaning="The file was built for a newer macOS than this one: it calls what a library of the system lacks, or has a "
        "form that this loader does not know.",
        advice="Take a release with a wheel for this macOS, build it here, or use a newer system.",
        rank=2,
        page="errors/other-platforms/#macos",
    ),
    "macos-symbol": _entry(
        rf"(?<!LLVM ERROR: )[Ss]ymbol not found(?: in flat namespace)?:? \(?'?(?!_{_OF_PYTHON})(?P<symbol>_\w+)",
        r"missing symbol called",
        meaning="macOS's loader does not find a symbol that the module calls: the library is of another version than the "
        "module was built with, or the system is older.",
        advice="“Expected in:” names the library. Build the module again against it, or install the version it was built with.",
        kind="possible",
        rank=3,
        page="errors/other-platforms/#macos",
    ),
    "load-limit": _entry(
        _windows(1455, "paging file|Auslagerungsdatei"),
        r"The paging file is too small",
        r"(?:segment from|open) shared object[^\n]*: (?:Cannot allocate memory|Too many open files)",
        meaning="The system has no memory, or no open files, left to load the file.",
        advice="Start fewer processes at once (num_workers of a PyTorch DataLoader). On Windows enlarge the paging file; "
        "elsewhere `ulimit -n` and `ulimit -v` show the limits.",
    ),
    "windows-procedure": _entry(
        _windows(127, _PROCEDURE),
        r"procedure entry point [^\n]* could not be located",
        meaning="A DLL was found, and lacks a function that the module calls: it is of another version.",
        advice="Look for a second copy of the DLL on PATH or in another package; then install matching versions.",
        kind="possible",
        rank=2,
        page="errors/other-platforms/#windows",
    ),
    "module-init": _entry(
        _windows(1114, "nitiali[sz](?:ation|ierung)|inicializaci|初始化|初期化"),
        _windows(998, "Invalid access to memory"),
        r"SystemError: initialization of (?!_internal\b)[\w.]+ (?:raised unreported exception|failed without raising)",
        meaning="The file was found, and its own start failed; the message does not say why.",
        advice="As a rule something that it needs is of another release, or two packages bring one library twice. On Windows "
        "often the Visual C++ runtime is older than the one it was built with (install its redistributable), or the processor "
        "lacks instructions that it uses.",
        kind="possible",
        rank=2,
        page="errors/other-platforms/#windows",
    ),
    "windows-dll": _entry(
        r"DLL load failed|\(or one of its dependencies\)|Error loading \"[^\"\n]*\.dll\" or one of its dependencies",
        r"(?:WinError|LoadLibrary failed with error) (?:126|182|14001)\b",
        r"(?P<library>[\w.+-]+\.dll) (?:was not found\. Reinstall|is missing from your computer)",
        rf"{_CANNOT} (?:[^\n]{{0,200}}?[\s\\/'\"])?(?P<library>[\w.+-]+\.dll)\b",
        r"depends on \"(?P<library>[\w.+-]+\.dll)\" which is missing",
        r"LoadLibrary: The specified module could not be found|0xC0000135",
        meaning="Windows did not load a DLL: as a rule because it, or another that it needs, is not found; the message does "
        "not say which.",
        advice="The program Dependencies shows the missing one. Often it is the Visual C++ runtime (install its "
        "redistributable), or the package whose DLL it links to is not installed or of another version.",
        kind="possible",
        rank=3,
        page="errors/other-platforms/#windows",
    ),
    "frozen-without": _entry(
        r"Failed to load dynlib/dll '?(?P<library>[^'\n]+?)'?\. Most (?:probably|likely) this dynlib",
        r"(?:Error|Failed) (?:loading|to load) Python (?:DLL|lib|shared library)",
        meaning="A program that PyInstaller made does not load the Python, or another library, that it should bring.",
        advice="Start the program in dist, not the one in build, with the folder that lies beside it. Build it on the oldest system "
        "that it has to run on; for a library with --add-binary FILE:. or --collect-binaries PACKAGE.",
    ),
    "static-tls": _entry(
        r"cannot allocate memory in static TLS block|static TLS memory too small",
        r"cannot load any more object with static TLS",
        meaning="A library with thread-local storage was loaded too late for the loader's reserve.",
        advice="Import that package first, or name the library in LD_PRELOAD.",
    ),
    "not-executable": _entry(
        r"(?:shared object|file data|prot after reloc|segment writable for relocation|after relocation)[^\n]*: "
        r"(?:Permission denied|Operation not permitted|Input/output error)",
        r"failed to map segment from shared object(?![^\n]*memory)",
        r"not valid for use in process|code signature (?:invalid|in)|library load disallowed by system policy",
        r"(?:Application Control|Anwendungssteuerung)[^\n]* (?:policy|Richtlinie)",
        _windows(4551, "virus|digital signature"),
        _windows(5, "Access is denied|verweigert|refusé|denegado|拒绝访问|アクセスが拒否"),
        _windows(1260, "group policy|Gruppenrichtlinie"),
        meaning="The file is there, and the system does not let it be read or loaded: its rights, a folder that is mounted "
        "noexec, a security policy, or a signature that does not hold.",
        advice="The end of the message says which. For a folder that is mounted noexec, set TMPDIR or the environment's place "
        "elsewhere.",
    ),
    "executable-stack": _entry(
        r"cannot enable executable stack",
        meaning="The file asks for an executable stack, and the system does not grant it; glibc refuses it since 2.41 for what "
        "is loaded later.",
        advice="Take a newer release of the package; else take the mark away: patchelf --clear-execstack FILE.",
    ),
    "no-init": _entry(
        r"dynamic module does not define (?:module export|init) function(?: \((?P<symbol>\w+)\))?",
        meaning="The compiled file defines no module of the name that it is imported under.",
        advice="It is built for Python 2, or was renamed, or its build gives the module another name than the package imports. "
        "Build it again for this Python; with maturin look at module-name.",
    ),
    "no-gpu-code": _entry(
        r"no kernel image is available for execution on the device|device kernel image is invalid",
        r"ptxas fatal\s*: Value 'sm_\w+' is not defined|CUDA capability sm_\w+ is not compatible with the current PyTorch",
        r"FlashAttention only supports \w+ GPUs or newer",
        meaning="The build of the package has no code for this GPU, or none that its driver can read.",
        advice="Install a build for a CUDA version that knows the GPU, and update the driver.",
    ),
    "python-without": _entry(
        r"ssl module in Python is not available",
        r"'ssl' module is unavailable|code for hash \w+ was not found|unsupported hash type",
        r"The Python (?P<module>\w+) extension was not compiled",
        r"No module named ['\"]?(?P<module>_ctypes|_ssl|_sqlite3|_bz2|_lzma|_?[Tt]kinter|_curses\w*|_hashlib|_g?dbm|_uuid|readline|zlib)\b",
        meaning="This Python is without a part of its standard library.",
        advice="With pyenv install the library's development files and build Python again; from Debian install python3-tk. "
        "Else take a ready-made Python.",
    ),
    "library-release": _entry(
        r"only supports OpenSSL [\d.]+\+, currently the 'ssl' module is compiled with",
        rf"(?:requires|needs|must be linked (?:against|to|with)) (?:a )?{_PLATFORM}(?: version)? ?[<>=]*\s*\d",
        rf"(?<![\w-])(?<!No ){_PLATFORM} ?[<>=]*\s*\d[\d.x]*(?: or \w+)? (?:is )?required",
        rf"{_PLATFORM} version [\d.]+ is installed, but (?P<consumer>[\w-]+) requires",
        rf"[Mm]inimum (?:supported|required) {_PLATFORM} version is",
        r"is not supported by the following packages?:|requires rustc [\d.]+ or newer|feature `edition20\d\d` is required",
        r"nvcc fatal\s*: Unsupported gpu architecture|unsupported (?:GNU|clang|Microsoft Visual Studio) version!|Requested '[^'\n]+' but version of [^\n]{1,60} is",
        r"Package dependency requirement '[^'\n]+' could not be satisfied|Invalid version, need '[^'\n]+'",
        meaning="A library or program of the system, or one that this Python was built with, is of another release than the "
        "package needs: an older one, as a rule.",
        advice="Install a newer one (SQLite and OpenSSL come with the Python itself); else take an older release of the "
        "package (urllib3<2 for OpenSSL 1.0), or one that has a wheel.",
        rank=0,
    ),
    "numpy-not-loaded": _entry(
        r"Importing the (?P<consumer>numpy) C-extensions failed",
        r"Importing the multiarray (?P<consumer>numpy) extension module failed",
        r"No module named ['\"]numpy\._?core\._multiarray_umath",
        r"Error importing numpy: you should not try to import numpy from its source directory",
        meaning="NumPy's own compiled part could not be loaded.",
        advice="The “Original error” below the text says why. As a rule NumPy was installed for another Python, or an import "
        "picks up a folder called numpy: install it again, from another working directory.",
        rank=3,
        page=_NUMPY,
    ),
    "module-for-another-python": _entry(
        rf"No module named ['\"](?P<module>(?!numpy)(\w+)(?:\.\w+)*\.(?:_?\2|(\w+)\._\3|_(?:{_COMPILED}|\w+_pybind11)|_libs(?:\.\w+)+))['\"]",
        r"No module named ['\"](?P<module>_(?:cffi_backend|brotli|gdal|yaml|ruamel_yaml|mysql|psycopg|sentencepiece|"
        r"pywrap_\w+|rapidfuzz\w*|zstd|snappy|cares|greenlet))['\"]",
        rf"cannot import name '?(?P<module>etree|objectify|cygrpc|ft2font|multiarray|_(?:{_COMPILED}))'?(?: from |$)",
        rf"cannot import name '\w+' from '(?P<module>[\w.]+\._(?:{_COMPILED}))' \(unknown location\)",
        meaning="The compiled module of a package is not there, or not for this Python.",
        advice="Install the package again with the Python that you run; after a change of Python make the environment anew. "
        "Some are built without it where what it needs is not there (mmcv without torch).",
        rank=3,
    ),
    "module-not-in-release": _entry(
        # CPython names the module up to the part that it does not find.
        r"No module named ['\"](?P<module>(?!numpy\._|(?:google|azure|zope|ruamel|nvidia|backports|sphinxcontrib)\.)"
        r"\w+\.[\w.]+)['\"]",
        meaning="The package that is installed has no module of this name: it is of another release than the caller was "
        "written for, or its compiled part is not there.",
        advice="Look which release is installed, and install both packages in one command; if the module is a compiled one, "
        "install its package again with the Python that you run.",
        kind="unsure",
        rank=4,
    ),
    "wrong-tag": _entry(
        r"(?:(?P<consumer>[A-Za-z0-9][A-Za-z0-9_.]*)-(?P<consumer_version>\d[^-\s]*)-\S*)?\.whl is not a supported wheel on this platform",
        rf"Unable to find (?:installation )?candidates for(?: (?P<consumer>{_NAME}))?",
        rf"(?:`(?P<consumer>{_NAME})` (?:\(v(?P<consumer_version>[^)]+)\) )?)?only has wheels (?:with|for) the following",
        rf"(?:(?P<consumer>{_NAME})==(?P<consumer_version>\S+) )?has no wheels with a matching",
        r"no wheels? (?:are|is) available for your system",
        rf"(?:`(?P<consumer>{_NAME})==(?P<consumer_version>[^\s`]+)[^`\n]*` )?(?:can't|cannot) be installed because it doesn't have a "
        r"source distribution or wheel for the current platform",
        meaning="No published wheel fits this Python or platform.",
        advice="Use a Python that the release has wheels for, take a newer release, or let it be built from source.",
        rank=0,
    ),
    "extension-for-another-torch": _entry(
        r"(?P<consumer>\w+) was built for: PyTorch (?P<compiled>[\w.+]+) with CUDA \w+ \(you have (?P<running>[\w.+]+)\)",
        r"was built for: PyTorch [\d.]+",
        r"[Cc](?:annot|ould not) find [^\n]{0,60}?\bat [^\n]*?(?P<library>lib\w+_pytorch_(?P<installed>\d[\w.]*)\.(?:so|dylib|dll))",
        r"PyTorch and (?P<consumer>\w+) were compiled with different (?P<provider>CUDA) (?:major )?versions?"
        r"(?:\. PyTorch has CUDA [Vv]ersion[= ](?P<running>[\d.]+) and \w+ has CUDA [Vv]ersion[= ](?P<compiled>\d[\d.]*\d))?",
        meaning="The extension says itself that it was built for another PyTorch, CUDA or Python than is installed, "
        "or that it has no file for the one that is.",
        advice="Install the release of the extension that belongs to this PyTorch, or the PyTorch that it names.",
        kind="possible",
        page="errors/torch-extension/",
        provider="torch",
    ),
    "compiler-failed": _entry(
        r"[Cc]ommand ['\"][^\n]*(?:gcc|g\+\+|cc|c\+\+|clang|cl\.exe|gfortran)[^\n]*['\"] failed with exit (?:code|status)",
        r"ld returned \d exit status|linker command failed with exit code|symbol\(s\) not found for architecture|Error compiling objects for extension",
        r"\.(?:c|cc|cpp|cxx|cu|h|hh|hpp)(?:(?::\d+)+|\(\d+\)): (?:fatal )?error: |error (?:C|LNK)\d{4}:|error: could not compile `|error: linking with `[^`\n]+` failed|error\[E\d{4}\]:",
        meaning="A package is built from source here, and the compiler or the linker refuses it.",
        advice="The first line with “error:” says why. A release that has a wheel for your Python and platform needs no "
        "compiler; an older Python may be what this release was written for.",
        rank=5,
    ),
    # Resolvers and modules: nothing compiled is in it.
    "python-requirement": _entry(
        r"requires a different Python|Ignored the following versions that require a different python version",
        r"(?:current|requested) Python version \([^)]*\) does not satisfy",
        r"(?:current|requested) project's (?:supported Python range|Python requirement)|^\s*python[<>=][^\n]* \(from <Candidate",
        meaning="A requirement on Python itself is not met: the package wants another Python than is used, or than the project "
        "says it supports.",
        advice="Use a fitting Python, or narrow requires-python in your project.",
        kind="other",
        rank=0,
    ),
    "server-not-reached": _entry(
        _NOT_REACHED,
        meaning="A server was not reached, did not answer in time, or its certificate was not accepted.",
        advice="Look at the network, the proxy and the certificates that the tool trusts (a company's proxy has its own).",
        kind="other",
        rank=4,
    ),
    "no-such-version": _entry(
        r"Could not find a version that (?:satisfies the requirement|matches) (?P<wanted>[\w.-]+)",
        r"No matching distribution found for (?P<wanted>[\w.-]+)",
        r"(?P<wanted>[\w.-]+) was not found in the (?:package registry|cache|provided package locations)",
        r"there (?:is|are) no versions? of (?P<wanted>[\w.-]+)",
        r"nothing provides (?:requested )?(?P<wanted>[\w.-]+)",
        r"PackagesNotFoundError|ResolvePackageNotFound|(?:Dependencies|Packages?) missing in current [\w-]+ channels",
        r"No packages found in current [\w-]+ channels matching: (?P<wanted>[\w.-]+)",
        rf"Could not find some dependencies for (?P<consumer>{_NAME}): (?P<wanted>[\w.-]+)",
        r"Package (?P<wanted>[\w.-]+) \([^)\n]*\) not found",
        meaning="The package, or the version asked for, is not on the index or channel that was asked.",
        advice="Look at the name, the version and the index; pre-releases must be allowed. An environment.yml that names "
        "conda's builds holds for one platform only (conda env export --no-builds).",
        kind="other",
        within=rf"^(?![\s\S]*(?:{_NOT_REACHED}))",
        rank=0,
    ),
    "conflict-left": _entry(
        rf"(?P<consumer>{_NAME}) (?P<consumer_version>\S+) (?:requires|has requirement) (?P<requirement>[^\n]+?), but you(?:'ll)? have "
        rf"(?P<provider>{_NAME}) (?P<installed>\S+) which is incompatible",
        meaning="pip has installed what was asked for and left a requirement of another package unmet.",
        advice="Install both in one command, so that pip resolves them together. It matters to compiled code only if the one "
        "package links to the other’s library.",
        kind="other",
        rank=6,
    ),
    "requirement-missing": _entry(
        r"The package `(?P<consumer>[^`]+)` requires `(?P<requirement>[^`]+)`, but it's not installed",
        rf"(?P<consumer>{_NAME}) (?P<consumer_version>\S+) requires (?P<requirement>[^\n]+?), which is not installed",
        rf"The '(?P<requirement>[^'\n]+)' distribution was not found and is required by (?:the application|(?P<consumer>{_NAME}))",
        meaning="An installed package requires a second one that is not installed.",
        advice="Install both in one command. If a lock left it out, the lock was made from another wheel's metadata than the "
        "one that was installed.",
        kind="other",
        rank=4,
        page="understand/locks/",
    ),
    "missing-package": _entry(
        r"No module named ['\"]?(?!pkg_resources|setuptools\b)(?P<module>\w[\w.]*)",
        r"Failed to import the required Python library \((?P<module>[\w.-]+)",
        r"[Tt]he (?:package )?`?(?P<module>[\w-]+)`?(?: package| module)? (?:seems to be|is) not (?:installed|importable)",
        r"Missing optional dependency '(?P<module>[\w.]+)'",
        r"(?P<module>\w+) >= \S+ must be installed; however, it was not found",
        r"ImportError: (?P<module>[\w-]+)(?: version \S+ or \w+)? (?:must be installed to|not found, please install) ",
        r"requires the (?P<module>\w+) (?:library|package) but it was not found",
        meaning="A module is not installed in the environment that runs.",
        advice="Install the package it belongs to, and look which Python runs (`python -m pip list`).",
        kind="other",
        rank=5,
    ),
    "wrong-cpu": _entry(
        _ended(4, "SIGILL", "C000001D"),
        r"[Ii]llegal (?:hardware )?[Ii]nstruction",
        r"CPU ISA level is lower|CPU does not support x86-64-v|Missing required CPU features|machine doesn't support",
        r"compiled to use [\w.,\s]+ instructions, but these aren't available|built using \w+ instructions, which your CPU",
        meaning="Compiled code ran into an instruction that this processor does not have.",
        advice="Take a build for older processors (polars-lts-cpu, a TensorFlow from conda), or build it here. In a virtual "
        "machine let it see the host's processor; on a Mac use a Python for arm64.",
        rank=5,
    ),
    "hash-mismatch": _entry(
        r"THESE PACKAGES DO NOT MATCH THE HASHES|Hash mismatch for `",
        r"Hash for (?P<consumer>[A-Za-z0-9._-]+) \([^)\n]+\) from archive",
        r"not found in known hashes",
        meaning="A downloaded file is not the one that the lock or the requirements file names.",
        advice="Look which index or mirror answered, and empty the cache. If the file was replaced on purpose, lock again.",
        kind="stopped",
        rank=5,
    ),
    "file-damaged": _entry(
        r"Failed to (?:extract archive|unzip wheel):? (?!cpython-)(?P<consumer>[A-Za-z][\w.]*?(?:-[A-Za-z][\w.]*?)*)-(?P<consumer_version>\d[^-\s]*?)(?:-[^\n]*\.whl|\.tar|\.zip)",
        r"Failed to (?:extract archive|unzip wheel)",
        r"Wheel '(?P<consumer>[\w.-]+)' located at \S+ is invalid",
        r"[\\/]pip[\\/](?:[^\n]*\n){1,16}?[^\n]*BadZip[Ff]ile:",
        meaning="A file that was downloaded, or that lies in a cache, cannot be unpacked.",
        advice="Empty the cache of that package (`uv cache clean NAME`, `pip cache remove NAME`) and try again. If it comes again, "
        "the index or a proxy hands out a damaged file: compare its hash with the index's.",
        kind="stopped",
        rank=5,
    ),
    "externally-managed": _entry(
        r"(?:error: |is )externally(?:-| )managed",
        meaning="This Python belongs to the system's package manager, and installers leave it alone.",
        advice="Make an environment of your own: `python3 -m venv .venv`, or `uv venv`.",
        kind="stopped",
        rank=5,
    ),
    "no-list-of-files": _entry(
        r"Cannot uninstall ['\"`]?(?P<consumer>[A-Za-z0-9._-]+?)['\"`]?[\s.,][^\n]*(?:distutils|RECORD)",
        r"uninstall-(?:distutils-installed-package|no-record-file)",
        meaning="An installed package has no list of its files, so that pip cannot remove it.",
        advice="The system's package manager or another tool put it there: work in an environment without it.",
        kind="stopped",
        rank=5,
    ),
    "memory-gone": _entry(
        r"CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|OutOfMemoryError: (?:CUDA|HIP)",
        rf"{_ended(9, 'SIGKILL')}|OOMKilled",
        meaning="No memory was left: the graphics card's, or as a rule the system's, where the process was killed from outside.",
        advice="Give it more memory, or let it do less at once; `nvidia-smi` lists what uses a graphics card's.",
        kind="other",
        rank=6,
    ),
    "process-died": _entry(
        r"[Ss]egmentation fault|\bsegfault at |caught segfault|dumped core|Fatal Python error: (?!Py_Init)_?Py\w+: ",
        _ended(11, "SIGSEGV", "C0000005"),
        _ended(6, "SIGABRT", "C0000374"),
        r"Inconsistency detected by ld\.so|double free or corruption",
        r"(?:free|malloc|realloc|munmap_chunk)\(\): (?:invalid|corrupted|unaligned|unsorted)",
        r"corrupted (?:size vs|double-linked)|terminate called after throwing|Aborted \(core dumped\)",
        r"Speicherzugriffsfehler|Erreur de segmentation|Violación de segmento|Ошибка сегментирования|段错误",
        r"[Bb]us error|exception: access violation",
        meaning="The process was ended by a crash in compiled code; the log does not say of which cause.",
        advice="Run it with `python -X faulthandler` to see where, and `native-skew doctor` for modules that run with another "
        "library than they were built with. It may be a skew; it is not known.",
        kind="possible",
        rank=6,
        page="errors/wrong-result/",
    ),
    "build-failed": _entry(
        _BUILD_FAILED,
        meaning="A package is built from source here, and its build failed; the lines that say why are not in it, or are none "
        "that this page knows.",
        advice="The first error above the tool's summary is the cause: paste the whole log. A release that has a wheel for "
        "your Python and platform needs no build.",
        kind="unsure",
        rank=7,
    ),
}


def _spelt(patterns: tuple[str, ...]) -> list[str]:
    """The patterns, with any gap for a space: tools break lines, and uv frames them."""
    return [pattern.replace(" ?", r"[\s│]*").replace(" ", r"[\s│]+") for pattern in patterns]


def recognise(text: str) -> list[str]:
    """Which messages with a page are found in ``text``, the closest to the cause first."""
    found = [
        name
        for name, each in MESSAGES.items()
        if any(re.search(pattern, text, re.MULTILINE) for pattern in _spelt(each.patterns))
    ]
    return sorted(found, key=lambda name: MESSAGES[name].rank)


def for_script(prefix: str) -> str:
    """Both tables as JSON for the paste box; ``prefix`` leads to the site's root."""
    entries = []
    for name, each in (MESSAGES | OTHERS).items():
        page = f"errors/{name}/" if name in MESSAGES else each.page
        patterns = [pattern.replace("(?P<", "(?<") for pattern in _spelt(each.patterns)]
        href = page if "://" in page else page and prefix + page
        entry = msgspec.to_builtins(each) | {"id": name, "href": href, "patterns": patterns}
        unread = ("examples", "page")
        entries.append({key: v for key, v in entry.items() if v != "" and key not in unread})
    return json.dumps(entries, ensure_ascii=False).replace("</", "<\\/")
