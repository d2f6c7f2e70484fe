/* The paste box: names the message, the packages and their versions in a pasted log, and the page
   to go to. It runs here and sends nothing; a link to an answer holds the answer, not the log. */
(function () {
  "use strict";

  /* What others put before a line: Docker, compose, CI, editors, test runners, mail. */
  const PREFIXES = [
    /^[^\t]+\t[^\t]+\t(?=\d{4}-\d\d-\d\dT)/, // gh run view --log
    /^\[?\d{4}-\d\d-\d\d(?:T|,? )\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?(?: \d\d[OE]\+?)?[ \t]?/, // CI; GitLab's stream
    /^\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?[ \t]/,
    /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w./@-]+(?:\[\d+\])?: /, // syslog, journal
    /^(?:[\w.-]+ )?[\w./@-]+\[[\w.]+\]: /, // the journal in other forms, Heroku
    /^\{[\w.]+:\d+\} [A-Z]+ - /, // Airflow
    /^\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +\d+ +\d+ [A-Z] [\w.]+ *: /, // Android
    /^#\d+ (?:\d+\.\d+ )?/, // BuildKit, plain
    /^ *=> => # ?/, // BuildKit, on a terminal
    /^\d+\.\d{1,3} /, // BuildKit's summary of an error
    /^[A-Za-z][\w.-]*\s*\| ?/, // compose
    /^\s*\d{1,6}\s?[|:] /, // line numbers
    /^##\[\w+\]/, // Azure, GitHub
    /^\[[\w.]+(?:Error|Exception)\]: ?(?:\[['"])?/, // Pipenv
    /^::(?:error|warning|notice|debug|group)(?: [^:]*)?::/,
    /^\[(?:stderr|stdout|error|warn(?:ing)?|info|debug)\][ \t]*/i,
    /^\[(?:pip3?|conda)\] /, // torch.utils.collect_env
    /^E\s(?=\s*\S)/, // pytest
    /^> ?/, // mail, quotations
    /^\s*[│┃|] ?/, // frames
  ];
  const COLOURS = /(?:\u001b|␛|\^\[)\][^\u0007\u001b]*(?:\u0007|\u001b\\)|(?:\u001b|␛|\^\[|\\033|\\x1b|\\e)\[[0-9;?]*[ -/]*[@-~]|\[(?:\d{1,3};)*\d{0,3}m(?=\S|\s|$)/g;
  const ENTITIES = { quot: '"', lt: "<", gt: ">", amp: "&" };

  function bare(line) {
    for (let before = null; before !== line; ) {
      before = line;
      for (const prefix of PREFIXES) line = line.replace(prefix, "");
    }
    return line.replace(/\s*[│┃]$/, "").trimEnd();
  }

  /* Both ends of what no pattern needs whole: some take the square of its length. */
  const ends = (text, length) => `${text.slice(0, length)}…${text.slice(-length)}`;

  /* rich breaks a path at the edge of its frame. */
  function unfolded(text) {
    for (let before = null; before !== text; ) {
      before = text;
      text = text.replace(/^(\s*│ (?:~|[A-Z]:)?[\\/]\S*) │\n\s*│ (?=\S)/gm, "$1");
    }
    return text;
  }

  /* The text as the tool printed it. */
  function clean(text) {
    const plain = text
      .replace(/\r\n?/g, "\n")
      .replace(/[\u200b\ufeff]/g, "")
      .replace(/\u00a0/g, " ")
      .replace(/[\u2018\u2019]/g, "'")
      .replace(/[\u201c\u201d]/g, '"')
      .replace(/&(quot|#0?39|#x27|lt|gt|amp);/g, (entity, name) => ENTITIES[name] || "'")
      .replace(/^.*Traceback[^\n]*\\n.*$/gm, (line) => line.replace(/\\r?\\?n/g, "\n").replace(/\\(["'])/g, "$1"))
      .replace(COLOURS, "")
      .replace(/\b[Nn]o module named ['"]?([\w.-]*\w)['"]?/g, "No module named '$1'") // Python 2 writes no quotes, and many who type it
      .replace(/[^\n]{20000,}/g, (line) => ends(line, 10000))
      .replace(/\S{600,}/g, (word) => ends(word, 300)); // no name is so long
    return unprefixed(unfolded(plain).split("\n").map(bare)).join("\n");
  }

  /* A prefix that is nobody's known one: what stands before a line that begins like this, on all
     lines, with other numbers. */
  const BEGINNINGS = /^(\S.{0,98}?)(?:Traceback \(most recent call last\)|Package +Version|Installed \d+ packages|Resolved \d+ packages|Successfully installed |The package `)/;

  function unprefixed(lines) {
    const before = lines.map((line) => (BEGINNINGS.exec(line) || [])[1]).find(Boolean);
    if (!before || /(?:Error|error): *$|^\$/.test(before)) return lines;
    const shape = before.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\d+/g, "\\d+");
    const prefix = new RegExp(`^${shape}`);
    return lines.map((line) => line.replace(prefix, ""));
  }

  /* A terminal cuts lines at its width, inside of words: put together what is as long as the
     longest. */
  function unwrapped(text) {
    const lines = text.split("\n");
    const width = Math.max(...lines.map((line) => line.length));
    if (width < 30) return text;
    return lines.map((line) => (line.length >= width - 1 ? line : line + "\n")).join("");
  }

  const NAME = "[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?";
  const VERSION = "\\d[\\w.!+-]*";
  const SPECIFIER = "(?:[<>~!]=?|===?)\\s*\\d[\\w.!+*]*(?![\\w-])";
  const normal = (name) => name.toLowerCase().replace(/[-_.]+/g, "-").replace(/^-/, "");
  const pattern = (text) => new RegExp(text.replace(/NAME/g, `(${NAME})`).replace(/VERSION/g, `(${VERSION})`), "gm");

  /* Versions that a log states: what is installed, */
  const INSTALLED = [
    "^(?:\\s*[+~] )?NAME==VERSION\\s*(?:[;\\\\#@(].*)?$", // uv, freeze
    "^\\s*NAME {2,}VERSION(?: {2,}\\S+.*)?$", // pip list, uv pip list, conda list
    "^\\s*NAME\\s+VERSION\\s+\\S*py\\S*(?:\\s+\\S+)?$", // conda list
    "^\\s*\\+ NAME +VERSION +\\S+ +\\S+", // mamba
    "^\\s*[-•] (?:Installing|Updating|Downgrading) NAME \\((?:\\S+ -> )?VERSION\\)", // Poetry
    "^\\s*✔ (?:Install|Update) NAME (?:\\S+ -> )?VERSION successful", // PDM
    "^\\s*NAME [│|] VERSION [│|]", // pdm list
    "^[ │├└─]*[├└]── NAME v?VERSION", // uv tree, poetry show --tree
    "^NAME v?VERSION(?: \\(.*\\))?$",
    "^Name: NAME\\nVersion: VERSION", // pip show
    "^\\s*Requirement already satisfied: NAME\\b[^\\n]* in [^\\n]*\\(VERSION\\)", // pip
    "^\\s*(?:[-*•] )?NAME(?: [Vv]ersion)?(?: \\(GPU\\?\\))? *: *v?VERSION(?: \\(\\w+\\))?\\s*$", // show_versions() and the like
    '^name = "NAME"\\nversion = "VERSION"', // locks
    '"name": ?"NAME", ?"version": ?"VERSION"', // pip list --format json
    "^\\s*- NAME=VERSION=\\S+$", // conda env export
    "- NAME \\[required: [^\\]\\n]*, installed: VERSION\\]", // pipdeptree, pipenv graph
    "[\\\\/]NAME-VERSION-py\\d[\\w.-]*\\.egg[\\\\/]",
  ].map(pattern);
  const LISTED = /^\s*(?:[-+~] )?[\w.-]+==\S+.*$/gm;
  const PIP_DONE = /^( *)Successfully installed (.+)$/gm;
  /* and what a build was given. */
  const BUILD = /Assigned packages: (.*)$/gm; // uv -vv
  const ARCHIVE = "NAME\\.(?:tar\\.\\w+|zip)";
  /* Which build has failed, as the tools word it; which has begun; and where it goes on. */
  const BUILDS = [
    [
      "(?:Failed building wheel|Could not build wheels|Cannot install build dependencies|build-system\\.requires) for NAME(?:==VERSION)?", // pip, Poetry
      "Failed to (?:download and )?build:? (?:installable wheels for some [^(\\n]*\\()?[`'\"]?NAME(?:(?:==|@| \\()VERSION)?", // pip, uv
      "(?:Building (?:wheel|editable)|Running setup\\.py \\w+) for NAME\\b[^\\n]*(?:error|did not run successfully)", // pip
      "trying to install package\\.\\n\\W*NAME$", // pip 21 to 23
      "failed with error code \\d+ in \\S*[\\\\/]NAME[\\\\/]?$", // pip before 19
      "(?:Failed to fetch wheel:|likely indicates that|provides \\S+ for) `?NAME(?:(?:==|@)VERSION)?", // uv
      "(?:help|hint): `NAME` \\(vVERSION\\) was included because",
      "(?:with|Installing) NAME \\(VERSION\\)(?:: Failed| not supporting)", // Poetry
      '--use-pep517 "NAME \\(==VERSION\\)"',
      "pip (?:seemed to fail|failed) to build packages?:\\s+NAME", // pipx
      "package info for path: \\S*[\\\\/]NAME$",
      `Discarding \\S*[\\/]${ARCHIVE}`, // pip
      `(?:Failed to install |, ')\\S*[\\\\/]${ARCHIVE}(?:$|'\\]' returned non-zero)`,
      "^\\W*(?:[Ii]nstall|add|update|lock) NAME(?: VERSION)? failed", // PDM
      "(?:An error occurr?ed while installing|Couldn't install package:) NAME(?:==VERSION)?", // Pipenv
    ],
    [
      "(?:Successfully built|Built|Building wheel for|Running setup\\.py \\w+ for) [`'\"]?NAME(?:==VERSION)?",
      "Installing NAME \\(VERSION\\)$", // Poetry
      "pip-(?:install|build)-\\w+[\\\\/]{1,2}NAME[\\\\/'\"]",
      `(?:Downloading|Using cached) ${ARCHIVE}`,
      "building '([A-Za-z0-9]\\w*)[\\w.]*' ext", // setuptools
      "writing (?:\\S*[\\\\/])?NAME\\.egg-info[\\\\/]PKG-INFO",
    ],
    ["sdists-v\\d+[\\\\/]pypi[\\\\/]NAME[\\\\/]VERSION[\\\\/]", "[\\\\/]NAME[\\\\/]setup\\.py\", line \\d+"],
  ].map((each) => each.map(pattern));
  const NO_NAME = /^(?:wheels?|collected|installable|editable|a|the|some|one|pip-[a-z]+-build-.*|pip-(?:install|build)-\w*|tmp\w{6,8}|[0-9a-f]{7,40}|src|source|code|app|build|python|root|repo|content|workspace)$/;

  /* The packages whose build `text` tells of, the last first: of those that failed, if any. */
  function building(text) {
    const named = ({ index, 1: name, 2: version }) => {
      const [, short, number] = /^(.+?)-(\d[\w.!+-]*\.[\w.!+-]*)$/.exec(name) || [];
      return { index, name: normal((short || name).replace(/_[0-9a-f]{32}$/, "")), version: version || number };
    };
    const all = BUILDS.map((each) => each.flatMap((one) => [...text.matchAll(one)]).map(named).filter(({ name }) => !NO_NAME.test(name)));
    const versions = new Map(all.flat().reverse().map((each) => [each.name, each.version]).filter(([, known]) => known));
    const names = (all.find((each) => each.length) || []).map((each) => ({ ...each, version: each.version || versions.get(each.name) }));
    return names.sort((one, other) => other.index - one.index);
  }

  /* Where the name of a module is not the name of its package. */
  const PACKAGES = {
    __proto__: null, // else `constructor` is in it
    cv2: "opencv-python", "cffi-backend": "cffi", ft2font: "matplotlib", pil: "pillow", sklearn: "scikit-learn", skimage: "scikit-image", yaml: "pyyaml",
    "flash-attn-cuda": "flash-attn", "flash-attn-2-cuda": "flash-attn", "flash-attn-3": "flash-attn", "snowflake-connector": "snowflake-connector-python",
    openssl: "pyopenssl", crypto: "pycryptodome", cryptodome: "pycryptodomex", grpc: "grpcio", mysqldb: "mysqlclient", osgeo: "gdal", ldap: "python-ldap",
    fitz: "pymupdf", wx: "wxpython", cairo: "pycairo", gi: "pygobject", zmq: "pyzmq", nacl: "pynacl", magic: "python-magic", usb: "pyusb", serial: "pyserial",
    faiss: "faiss-cpu", tree: "dm-tree", snappy: "python-snappy", vtkmodules: "vtk", pinocchio: "pin", "tensorflow-core": "tensorflow", dbus: "dbus-python", "llama-cpp": "llama-cpp-python",
    win32com: "pywin32", win32: "pywin32", win32api: "pywin32", win32gui: "pywin32", pythoncom: "pywin32", pywintypes: "pywin32", attr: "attrs",
    portaudio: "pyaudio", "mpl-toolkits": "matplotlib", opengl: "pyopengl", "google-protobuf": "protobuf", "google-cloud": "", epics: "pyepics",
    argon2: "argon2-cffi", win32file: "pywin32", "selective-scan-cuda": "mamba-ssm",
  };
  /* Whose a library is, by the beginning of its name, and a C++ namespace, which is called like it. */
  const PROVIDERS = [
    [/^lib(?:c10|torch|caffe2|shm|at\.)/, "torch"],
    [/^lib(?:arrow|parquet)/, "pyarrow"],
    [/^lib(?:dbCore|dbRecStd|Com|ca|epics|pvAccess|pvData|qsrv)\.so/, "epicscorelibs"],
    [/^libpvxs(?:Ioc)?\.so/, "pvxslibs"],
    [/^libfakecore\.so/, "fake-corelibs"],
    [/^libpyside6/, "pyside6-essentials"],
  ];
  const NAMESAKE = /^lib(tensorflow|onnxruntime|petsc|slepc|shiboken6|tbb|casadi)/;
  const whose = (library) => (PROVIDERS.find(([beginning]) => beginning.test(library)) || NAMESAKE.exec(library) || [])[1];
  /* As C++ compilers but Microsoft's write it: _ZNK3c106SymIntltEl is of c10. */
  const SYMBOL = /^_+Z(?:T[A-Z])?N[rVK]*(\d+)(\w+)/;
  const ofSymbol = (symbol) => {
    const [, length, rest = ""] = SYMBOL.exec(symbol) || [];
    return whose(`lib${rest.slice(0, length)}.so`);
  };

  function versionsIn(text) {
    const installed = new Map(INSTALLED.flatMap((each) => [...text.matchAll(each)]).map(([, name, version]) => [normal(name).replace(/^pytorch$/, "torch"), version]));
    const build = new Map();
    const done = [...text.matchAll(PIP_DONE)];
    const flush = done.some((match) => !match[1]);
    for (const match of done) {
      for (const word of match[2].trim().split(/\s+/)) {
        const parts = /^(.+)-([^-]+)$/.exec(word);
        /* pip -v prints what it does for a build further in. */
        if (parts) (match[1] && flush ? build : installed).set(normal(parts[1]), parts[2]);
      }
    }
    for (const word of [...text.matchAll(BUILD)].flatMap((match) => match[1].split(/,\s*/))) {
      const [name, version] = word.trim().split("==");
      if (version && name !== "root") build.set(normal(name), version.trim());
    }
    return { installed, build };
  }

  /* The version in a library's name. A number alone counts ABIs, not releases. */
  const stamp = (library) => (/\.so\.(\w+\..+)$/.exec(library || "") || [])[1];

  /* What the log requires of a package, where it says so. */
  function required(text, facts, provider) {
    const stated = /[<>=~!].*/.exec(facts.requirement || "");
    if (stated) return stated[0];
    if (!provider) return undefined;
    const name = provider.replace(/[-_.]/g, "[-_.]");
    const found = new RegExp(`(?<![\\w-])${name}(?:\\[[^\\]\\n]*\\])?\\s*(?:\\(|\\[required: )?(${SPECIFIER}(?:\\s*,\\s*${SPECIFIER})*)`, "i").exec(text.replace(LISTED, ""));
    return found ? found[1].trim() : undefined;
  }

  const dotted = (version) => version.replace(/,\s*/g, ".").replace(/\.$/, "");
  const lowest = (requirement) => (/(?:>=|~=|===?)\s*(\d[\w.!+]*\w|\d)/.exec(requirement || "") || [])[1];
  const packaged = (module) => PACKAGES[normal(module.replace(/[\\/]/, "-"))] ?? normal(module.replace(/[\\/]/, "-"));
  const failing = (ids) => ids.has("missing-library") || ids.has("undefined-symbol");
  /* The package whose library it is, what the module was built with, and what is there now. */
  function skewed(text, facts, { installed, build }, ids, message) {
    /* Said by the message itself. */
    if (facts.compiled && facts.running) {
      return [{ name: normal(facts.provider || message.provider), built: dotted(facts.compiled), installed: dotted(facts.running), said: true }];
    }
    const rows = [...build].map(([name, built]) => ({ name, built, installed: installed.get(name) }));
    const differ = rows.filter((row) => row.installed && row.installed !== row.built);
    if (differ.length) return differ;
    const named = (new RegExp(`^${NAME}`).exec(facts.requirement || "") || [])[0];
    const given = facts.provider || named || whose(facts.library || "") || message.provider;
    if (!given) {
      const name = ofSymbol(facts.symbol);
      return name && name !== facts.consumer ? [{ name, installed: installed.get(name) }] : [];
    }
    const name = packaged(given);
    if (facts.library && name === facts.consumer) return []; // its own
    const asked = required(text, facts, name);
    /* A requirement tells of the build only where the module itself has failed. */
    const built = failing(ids) ? lowest(asked) : undefined;
    return [{ name, built, stamp: stamp(facts.library), required: asked, installed: facts.installed || installed.get(normal(name)) }];
  }

  /* Python itself, and what runs or installs others. */
  const RUNNERS = /^(?:sqlite3|ssl|ctypes|tkinter|bz2|lzma|hashlib|curses|readline|zlib|imp|importlib|os|sys|__future__|typing|multiprocessing|concurrent|subprocess|asyncio|unittest|runpy|pkgutil|distutils|_pytest|pluggy|importlib|pip|_virtualenv|pytest|PyInstaller|poetry|pipenv|pdm|pyproject_hooks|pep517|build|setuptools|pkg_resources)$/;
  /* Where macOS looked for what is missing, and what a loader was asked for, are no part of who misses it. */
  const ASIDE = /^\s*(?:Expected in|Reason):.*$|^Unable to find symbol '.*$|^.*[\\/](?:cffi[\\/](?:api|verifier|ffiplatform)|framework[\\/]load_library|torch[\\/](?:_ops|utils[\\/]cpp_extension)|numpy[\\/]ctypeslib)\.py.*$/gm;
  /* One package under several names, of which one is installed. */
  const VARIANT = /^-(?:binary|full|headless|contrib|contrib-headless|gpu|cpu|macos|intel|rocm|directml|nightly|cu(?:da)?\d+\w*)$/;

  const NAMESPACE = "(?:(?:azure|google|nvidia|ruamel|snowflake|zope)[\\\\/.])?";
  const PATHS = new RegExp(`(?:(?:site|dist)[-\\\\/]packages|Python-Eggs|\\.whl|\\.pyz|[\\\\/]build[\\\\/](?:lib|python)[\\w.-]*|__pypackages__[\\\\/][\\d.]+[\\\\/]lib|\\.runfiles[\\\\/](?:external[\\\\/])?(?!_?_main)[^\\\\/\\s]+(?![\\\\/]site-packages))[\\\\/]{1,2}(?!Cython[\\\\/]Includes)(${NAMESPACE}[A-Za-z_]\\w*(?:-(?!\\d)\\w+)*)[\\w.+-]*(?=[\\\\/.:'"]|$)`, "gm");
  /* A statement that was run: IPython marks it among those around it. */
  const IMPORT = new RegExp(`^(?:\\s*-+> \\d+)?(?:[^\\n]*-c ["'])?\\s*(?:from|import) (${NAMESPACE}[A-Za-z]\\w*)(?![\\w]*:)`);
  const IN_PYTHON = /^[-> \d]*(?:from|import) (?:_(?:ssl|sqlite3|ctypes|tkinter|bz2|lzma|hashlib|curses|socket|decimal|uuid)|pyexpat)\b|^\s*File "(?:ssl|sqlite3[\\/]\w+|ctypes[\\/]\w+|hashlib|bz2|lzma|socket|decimal|uuid)\.py", line \d+, in <module>/;
  /* What Cython and Nuitka say of a frame; a package's first file without a folder above it, as frozen programs have it. */
  const NAMED = [
    /\.p(?:yx|xd|xi)"?(?:, line |:)\d+(?:,|:) in (?:init )?(\w+)(?:\.| \()/,
    / in <module (\w+)/,
    /[\\/](\w{3,})[\\/](?:[^\s'"]*[\\/])?lib\1\w*\.(?:so|dylib|dll)(?:: cannot|'\))/, // a file that is gone, called like the folder where it should lie
    /^\s*File "([A-Za-z_]\w*)[\\/](?:\w+[\\/])*__init__\.py/,
    /cannot import name '\w+' from (?:partially initialized module )?'(\w+)/,
    /[\\/]([A-Za-z]\w*)[\\/]_(?!MEI|internal|deps|skbuild|build|temp|work)[a-z]\w*[\\/]\w+\.(?:[\w-]+\.)?(?:so|pyd)\b/, // a private folder is in its package
    /[\\/](?!lib|src|build|python)(\w{3,})[-\w.]*[\\/]\1[\\/](?:[^\s'"]*[\\/])?[\w.-]+\.(?:so|pyd)\b/, // in a checkout, below a folder that begins as it
    /\/(?:var\/task\/(?:python\/)?|opt\/python\/(?!lib\/|bin\/|\d))(\w+)[/.]\S*\bso\b/, // Lambda
  ];
  const FROZEN = /PyInstaller|_MEI\w+[\\/]|cx_Freeze|library\.zip|zipextimporter|Failed to execute script/;
  const RELATIVE = /^\s*File "([A-Za-z_]\w*)[\\/]\w/;

  /* `_brotli.so` is no package's name: it comes with the one that imports it. */
  const nameless = (module) => module.startsWith("_") && !(normal(module) in PACKAGES);
  /* An exception's class says whose it is; Django, Celery and the like pass on those of others. */
  const RAISED = /^(?:(?:ERROR|FAILED) \S+ - |\W*(?:E\s+)?)(?!(?:django|celery|airflow|invoke|distutils|builtins|requests|urllib3|httpx|jinja2|tensorflow|Runtime|System|java)\.)([A-Za-z]\w*)\.(?:\w+\.)*(?=[A-Z])\w*(?:Error|Exception): /;
  /* A path from a checkout's or a build's root: the first folder that is none of theirs. */
  const BELOW = /(?:^|['"(]|(?<![\\/][^\s'"]*)\s)(?:\.{1,2}[\\/])*((?:\w[\w.-]*[\\/])+)(?:\w+\.(?:cpython-|abi3|cp\d+-)[\w.-]*(?:so|pyd)|_\w+\.so)\b/;
  const NO_PACKAGE = /^(?:\w+__\w+|src|lib\b.*|lib64|python[\d.]*|build|dist|egg|target|release|debug|out)$/;
  /* A file beside the packages that is called so belongs to the one that imports it. */
  const PART = /^lib[a-z]|_(?:cuda|hip|cpp|ext|core|ops|backend|kernels?|lib)(?:_[a-z]+)?$/;
  const BINDINGS = /_(?:bindings(?:_\w+)?|pybind(?:11)?)$/;
  const WRAPPED = /^_(\w+)_(?:pybind11|swig)$/;
  /* A frame of the user's own code, which a package has called. */
  const OWN_FILE = /^\s*File "(?:\/|[A-Za-z]:)(?![^"]*[\\/](?:[Ll]ib(?:64)?[\\/]|[Pp]ython[\d.]*[\\/]))[^"]*\.py", line \d+, in/;
  /* Lines between an import and what came of it. */
  const ON = /^\s*(?:$|\w+:$|Traceback|File "<|[\^~ ]+$|\d+ )/;

  /* The modules that lines of a traceback lead through, in their order: where they are installed;
     else, anywhere, what an import above has led into. An import that leads nowhere is the last. Of
     a module that is missing, what is imported, or imports by name, is no part of who misses it. */
  function through(part, { frozen, missing, imported, text }) {
    const modules = [];
    let last;
    for (const line of part.split("\n")) {
      const installed = [...line.matchAll(PATHS)].map((match) => match[1].replace(WRAPPED, "$1"));
      const statement = (IMPORT.exec(line) || [])[1];
      const [named] = [...NAMED, ...(frozen ? [RELATIVE] : [])].map((each) => (each.exec(line) || [])[1]).filter(Boolean);
      if (IN_PYTHON.test(line) || (OWN_FILE.test(line) && !installed.length)) modules.length = 0;
      if (missing && /__import__\(|import_module\(/.test(line)) modules.length = 0;
      if (statement) imported.add(statement);
      if (statement || !ON.test(line)) last = statement;
      const [, folders] = BELOW.exec(line) || [];
      const [, file, asked] = /(?:^|[\s'"(])(\w+)\.(?:cpython-|abi3)[\w.-]*\bso\b|DLL load failed while importing (\w+)/.exec(line) || [];
      const bare = file || asked;
      const [, single] = (frozen && /^\s*File "(\w+)\.py"/.exec(line)) || [];
      if (installed.length) modules.push(...installed);
      else if (bare && normal(bare) in PACKAGES) modules.push(bare);
      else if (imported.has(single)) modules.push(single);
      else if (named) modules.push(named);
      else if (folders) modules.push(...folders.split(/[\\/]/).filter((folder) => folder && !NO_PACKAGE.test(folder)).slice(0, 1));
      else if (/\.(?:pyc?|so|pyd|dylib)\b/.test(line)) {
        /* A file below a folder whose __init__.py a frame is in. */
        const [path] = /[^\s'"(]*[\\/][^\s'"]*\.(?:so|pyd|dylib)\b/.exec(line) || [""];
        const inited = [...path.matchAll(/(\w+)[\\/]/g)].find(({ index, 0: folder }) => text.includes(`"${path.slice(0, index + folder.length)}__init__.py"`));
        if (inited) modules.push(inited[1]);
        modules.push(...line.split(/[\\/]/).slice(0, -1).filter((folder) => imported.has(folder) || (line.includes(`${folder}/__init__.py`) && text.includes(`from ${folder}.`))).slice(-1));
      }
    }
    if (last && !missing) modules.push(last);
    return modules.filter((module) => !RUNNERS.test(module) && !nameless(module));
  }

  /* The package of the file in the message; else the one that the traceback above it ends in; else
     that of a traceback below it, or that of the exception's class. Not the one that the message is
     about, where another is named; but the one that lacks its own module. */
  function owner(text, installed, first, lacking) {
    const start = text.lastIndexOf("\n", first.at) + 1;
    const end = `${text}\n`.indexOf("\n", first.at);
    const above = text.slice(0, start);
    const below = (text.slice(end).match(/^.*(?:File (?:["~/]|[A-Za-z]:)|Referenced from:|needed by| from \/|\.cpython-|\.abi3\.).*$/gm) || []).join("\n");
    if (IN_PYTHON.test(above.trimEnd().split("\n").pop())) return undefined;
    const how = { frozen: FROZEN.test(text), missing: /^(?:other|unsure)$/.test(first.kind), imported: new Set(), text };
    const [led, own, after] = [above, text.slice(start, end), below].map((part) => through(part.replace(ASIDE, ""), how));
    const part = (module) => BINDINGS.test(module) || (PART.test(module) && !(normal(module) in PACKAGES) && !text.match(`[\\\\/]${module}(?:[\\\\/]|\\.py)`));
    const named = (module) => {
      const name = packaged(module);
      const variant = [...installed.keys()].find((key) => key.startsWith(name) && VARIANT.test(key.slice(name.length)));
      return (installed.has(name) || !variant ? name : variant) || undefined;
    };
    const parts = [];
    for (const all of [own, ...(/Traceback|File "/.test(above) ? [led, after] : [after, led])]) {
      const modules = all.filter((module) => !part(module));
      parts.push(...all.filter(part));
      const other = modules.filter((module) => packaged(module) !== first.provider);
      const [parent] = first.kind === "native" && lacking ? lacking.split(".") : [];
      const [module] = modules.includes(parent) ? [parent] : (other.length ? other : modules).slice(text.includes("(most recent call first)") ? 0 : -1);
      /* `MinkowskiEngineBackend` is of `MinkowskiEngine`, which imports it. */
      if (module) return named(led.find((each) => module.startsWith(each) && /^[A-Z]/.test(module.slice(each.length))) || module);
    }
    const whole = parts.map((module) => packaged(module.replace(BINDINGS, "").replace(PART, ""))).find((name) => installed.has(name));
    if (whole) return whole;
    if (first.kind === "native" && /^(?!google|azure|nvidia|zope|ruamel)\w+\./.test(lacking)) return packaged(lacking.split(".")[0]);
    const [, raiser] = RAISED.exec(text.slice(start, end)) || [];
    return raiser && !RUNNERS.test(raiser) ? packaged(raiser) : undefined;
  }

  const PASSES = /^(?:No broken requirements found|All installed packages are compatible)/m;
  function family(id, ids, facts, text) {
    const imported = failing(ids);
    if (ids.has("requirement-missing") && imported) return "stamped: the built metadata has a requirement that the published has not";
    if (ids.has("violated-requirement") && (imported || facts.built)) return "stamped: the built metadata differs from the published";
    if (id === "undefined-symbol" || id === "torch-symbol") return PASSES.test(text) ? "unstamped: the check passes, so nothing in the metadata says what was built against" : "";
    if (id === "wrong-result") return "drift without a linker error";
    if (id === "violated-requirement") return "stamped, if this package was built from source here; else a plain conflict";
    if (id !== "missing-library") return "";
    if (!stamp(facts.library)) return "not known: the name of the library holds no release's version";
    return PASSES.test(text)
      ? "unstamped, or a stale cache: the check passes, so nothing in the metadata says what was built against"
      : "a version-stamped library: stamped if a check complains, unstamped or a stale cache if it passes";
  }

  /* The messages in `text`, each with the place of its last pattern and what its groups hold, the
     closest to the cause first; `whole` has the warnings too. */
  function matches(text, messages, whole) {
    const found = [];
    for (const message of messages) {
      if (message.within && !new RegExp(message.within).test(whole)) continue;
      const all = message.patterns.map((each) => [...text.matchAll(new RegExp(each, "gm"))]).filter((hits) => hits.length);
      if (!all.length) continue;
      const at = Math.max(...all.map((hits) => hits[hits.length - 1].index));
      found.push({ ...message, at, groups: all.map((hits) => hits.map((hit) => hit.groups || {})) });
    }
    return found.sort((one, other) => one.rank - other.rank);
  }

  const from = ({ library, symbol }, message) => whose(library || "") || ofSymbol(symbol) || message.provider;

  /* An installer tells of all packages: what it says of others than the failure is about is left out. */
  function related(found, text, installed) {
    const tells = (message) => message.groups.flat().some((groups) => groups.requirement);
    const failure = found.find((message) => failing(new Set([message.id]))) || found.find((message) => message.rank < 4 && !tells(message));
    if (!failure) return found;
    const provider = from(Object.assign({}, ...failure.groups.map(([first]) => first)), failure);
    const consumer = owner(text, installed, failure);
    const near = (groups) => {
      const named = groups.provider || (new RegExp(`^${NAME}`).exec(groups.requirement) || [])[0];
      if (provider && named) return normal(named) === provider;
      return consumer ? normal(groups.consumer || "") === consumer : failing(new Set([failure.id]));
    };
    return found.flatMap((message) => {
      if (!tells(message)) return [message];
      const groups = message.groups.flat().filter(near);
      return groups.length ? [{ ...message, groups: [groups] }] : [];
    });
  }

  /* What is built here is not what its build lacks: it is missed elsewhere, or its setup.py imports it. */
  function without(found, builds) {
    const built = (message) => message.groups.flat().some(({ module }) => module && builds.some(({ name }) => name === packaged(module)));
    return found.filter((message) => !/^(?:module-missing-in-build|missing-package)$/.test(message.id) || !built(message));
  }

  function stated(found) {
    const facts = {};
    for (const message of found) {
      /* Whose the versions are, the first one knows. */
      const skip = message !== found[0] && found[0].provider ? /^(?:provider|compiled|running)$/ : /^$/;
      for (const [first] of message.groups) {
        for (const [key, value] of Object.entries(first)) if (value && !(key in facts || skip.test(key))) facts[key] = value;
      }
    }
    return facts;
  }

  /* Warnings are often of something else, which goes on without, and what ldd lists may be loaded before: they count where nothing else does. */
  const WARNING = /^(?!.* was built for:).*(?:Warning: |\bWARNING\b|\bW (?:tensorflow|external)\/|dso_loader\.cc| => not found).*$/gm;

  function analyse(pasted, messages) {
    let text = clean(pasted);
    const quiet = text.replace(WARNING, (line) => " ".repeat(line.length));
    let found = matches(quiet, messages, text);
    if (found.every((message) => message.rank > 3)) found = matches(text, messages, text);
    if (!found.length || found.every((message) => !message.title && message.rank > 3)) {
      const whole = unwrapped(text);
      const more = matches(whole, messages, whole);
      if (more.length > found.length) [found, text] = [more, whole];
    }
    const versions = versionsIn(text);
    const builds = building(text);
    found = without(related(found, text, versions.installed), builds);
    const facts = stated(found);
    const ids = new Set(found.map((message) => message.id));
    facts.built = builds.length > 0;
    if (facts.consumer) facts.consumer = normal(facts.consumer);
    else {
      const runs = !builds.length && found.some(({ id }) => id === "no-pkg-resources");
      const build = !found.length || (found[0].kind === "stopped" && !runs) || /^(?:no-(?!init|gpu|pkg)|build-|python-without)/.test(found[0].id) || (builds.length && found[0].id === "compiler-failed");
      const owning = build ? undefined : owner(text, versions.installed, found[0], facts.module);
      facts.consumer = owning || ((found[0] || {}).kind === "other" ? undefined : (builds[0] || {}).name);
    }
    if (facts.consumer && !facts.consumer_version) {
      const exact = builds.find((each) => each.name === normal(facts.consumer) && each.version);
      facts.consumer_version = versions.installed.get(normal(facts.consumer)) || (exact || {}).version;
    }
    const [first] = found;
    const skew = first ? skewed(text, facts, versions, ids, first) : [];
    const said = first ? { kind: kind(first, ids, skew), family: family(first.id, ids, facts, text) } : {};
    const filled = { ...names(facts, skew), module: importedAs(facts.consumer, text) };
    return { found, facts, skew, names: filled, ...said };
  }

  /* Certain only where the log holds both versions, or the module's failure beside the check's. */
  function kind(first, ids, skew) {
    if (first.kind !== "possible") return first.kind;
    const differ = skew.some((row) => row.built && row.installed && row.built !== row.installed);
    if (skew.some((row) => row.said && row.built !== row.installed)) return "skew";
    return failing(ids) && (ids.has("violated-requirement") || differ) ? "skew" : "possible";
  }

  /* What the pages' snippets may be filled in with; see names.js. */
  function names(facts, rows) {
    const [first] = rows.filter((row) => !row.said);
    const { consumer, consumer_version, provider } = facts;
    if (!first) return { consumer, consumer_version, provider };
    return { consumer, consumer_version, provider: first.name, older: first.installed, newer: first.built || lowest(first.required) };
  }

  /* The module of a package of another name, as the log imports it. */
  function importedAs(consumer, text) {
    const modules = [...text.matchAll(/\b(?:from|import) (\w+)|(?:site|dist)-packages[\\/](\w+)/g)].map(([, imported, found]) => imported || found);
    return modules.find((module) => {
      const name = packaged(module);
      if (!consumer || normal(module) === consumer || !name) return false;
      return name === consumer || (consumer.startsWith(name) && VARIANT.test(consumer.slice(name.length)));
    });
  }

  const KINDS = {
    skew: "Built against one version, run with another.",
    possible: "Perhaps built against one version and run with another.",
    stopped: "", // the meaning says it all: nothing was run
    native: "Native code, but no skew between packages.",
    pair: "Two packages whose releases do not belong together.",
    unsure: "Compiled code may be behind it; the message does not say.",
    other: "Nothing in it points to compiled code.",
  };

  /* The answer as one flat table, which is what a link to it holds. */
  const FACTS = ["family", "consumer", "consumer_version", "name", "built", "stamp", "required", "installed", "library", "symbol", "module"];

  function flat(result) {
    const [row = {}] = result.skew;
    const all = { ...result.facts, installed: undefined, built: undefined, ...row, name: row.name, family: result.family };
    const kept = FACTS.filter((key) => all[key]).map((key) => [key, String(all[key])]);
    return { id: result.found[0].id, kind: result.kind, ...Object.fromEntries(kept) };
  }

  function sentences(answer) {
    const lines = [];
    if (answer.family) lines.push(`Family: ${answer.family}.`);
    if (answer.consumer) lines.push(`Package: ${[answer.consumer, answer.consumer_version].filter(Boolean).join(" ")}.`);
    const against = answer.stamp && `a release whose library is stamped ${answer.stamp}`;
    const parts = [["built against", answer.built || against || ""], ["required", answer.built || against ? "" : answer.required], ["installed", answer.installed]];
    const told = parts.filter(([, value]) => value).map((part) => part.join(" "));
    if (answer.name) lines.push(told.length ? `${answer.name}: ${told.join(", ")}.` : `Provider: ${answer.name}.`);
    for (const what of ["library", "symbol", "module"]) if (answer[what]) lines.push(`Missing ${what}: ${answer[what]}.`);
    return lines;
  }

  function element(name, text, children = []) {
    const made = document.createElement(name);
    made.append(...(text ? [text] : []), ...children);
    return made;
  }

  const anchor = (text, href) => Object.assign(element("a", text), { href });
  const MARK = "#answer?";
  const UNKNOWN = "It is not known: none of the known messages is in it. Paste the lines around the error, or look through the list below.";

  function show(place, answer, message, others) {
    const address = MARK + new URLSearchParams(answer);
    const text = KINDS[answer.kind] ? [element("strong", KINDS[answer.kind]), " "] : [];
    text.push(message.meaning);
    if (message.advice) text.push(" ", element("em", "What to do:"), ` ${message.advice}`);
    if (message.href) text.push(" Cause and fix: ", anchor(message.title || "the page about it", message.href));
    const lines = sentences(answer).map((line) => element("li", line));
    const parts = [element("p", "", text), ...(lines.length ? [element("ul", "", lines)] : [])];
    const links = others.filter((other) => other.title).flatMap((other, index) => [index ? "; " : "", anchor(other.title, other.href)]);
    if (links.length) parts.push(element("p", "Also in it: ", links));
    parts.push(element("p", "", [anchor("Link to this answer", address), " (it holds what stands here, not the log)"]));
    place.replaceChildren(...parts);
  }

  /* A link may come from anybody: what it says is shown only in the form that the box itself writes. */
  function linked(hash, messages) {
    if (!hash.startsWith(MARK)) return null;
    const given = new URLSearchParams(hash.slice(MARK.length));
    const message = messages.find((each) => each.id === given.get("id"));
    if (!message) return null;
    const kinds = message.kind === "possible" ? ["possible", "skew"] : [message.kind];
    if (!kinds.includes(given.get("kind"))) return null;
    const facts = FACTS.filter((key) => key !== "family")
      .map((key) => [key, given.get(key) || ""])
      .filter(([key, value]) => (key === "required" ? /^(?:[<>=~!]{1,3} ?\d[\d.a-z*+]*,? ?){1,6}$/ : /^[A-Za-z0-9_][\w.!+-]{0,99}$/).test(value));
    return { answer: { id: message.id, kind: given.get("kind"), ...Object.fromEntries(facts) }, message };
  }

  window.nativeSkew = { analyse, clean, flat, linked };
  for (const form of document.querySelectorAll("[data-pastebox]")) {
    const messages = JSON.parse(form.querySelector("[data-pastebox-messages]").textContent);
    const area = form.querySelector("textarea");
    const place = form.querySelector("[data-pastebox-answer]");
    let last = "";

    const read = () => {
      const result = analyse(area.value, messages);
      const answer = result.found.length ? flat(result) : null;
      if (answer && result.names.consumer && window.nativeSkewNames) window.nativeSkewNames.keep(result.names);
      /* A screen reader reads the answer when it changes, not at each key. */
      const before = last;
      last = area.value.trim() && JSON.stringify(answer);
      if (last === before) return;
      if (answer) show(place, answer, result.found[0], result.found.slice(1));
      else place.replaceChildren(...(last ? [element("p", UNKNOWN)] : []));
    };

    const follow = () => {
      const shared = linked(location.hash, messages);
      if (!shared) return;
      show(place, shared.answer, shared.message, []);
      place.prepend(element("p", "From a link; no log was read here."));
      last = "";
    };

    area.addEventListener("input", read);
    form.addEventListener("submit", (event) => event.preventDefault());
    window.addEventListener("hashchange", () => area.value.trim() || follow());
    if (area.value.trim()) read(); // pasted before this script was there
    else follow();
  }
})();
