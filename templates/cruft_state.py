"""Writes .cruft.json where cookiecutter alone has made the project: cruft writes its own.

Run by the hooks post_gen_project.py, from the clone that the template is in. Standard
library only, as they are.
"""

import json
import subprocess
import sys
from pathlib import Path

# What cookiecutter adds of its own, and what cruft has no use for.
_PLACES = ("_checkout", "_output_dir", "_repo_dir")


def git(folder, *arguments):
    """What git says in a folder, or None where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return None if done.returncode else done.stdout.strip()


def record(answers):
    """Writes the file, or says why there is none."""
    folder = answers["_repo_dir"]
    top, commit = git(folder, "rev-parse", "--show-toplevel"), git(folder, "rev-parse", "HEAD")
    if not commit:
        return note("the template is in no commit of a git repository")
    if git(folder, "status", "--porcelain", "--", "."):
        return note("the template has changes that are in no commit")
    # A commit that was never pushed is in the clone only.
    pushed = git(folder, "branch", "--remotes", "--contains", "HEAD")
    origin = git(folder, "remote", "get-url", "origin")
    address = origin if pushed and origin else top
    context = {name: answer for name, answer in answers.items() if name not in _PLACES}
    state = {
        "template": address,
        "commit": commit,
        "checkout": answers.get("_checkout") or None,
        "context": {"cookiecutter": {**context, "_template": address, "_commit": commit}},
        "directory": git(folder, "rev-parse", "--show-prefix").rstrip("/") or None,
    }
    text = json.dumps(state, ensure_ascii=False, indent=2) + "\n"
    Path(".cruft.json").write_text(text, encoding="utf-8")


def note(reason):
    """Says that the project cannot be updated yet, and what helps."""
    print(
        f"No .cruft.json was written: {reason}. For `cruft update`, run `cruft link ADDRESS"
        " --directory templates/NAME` in the project.",
        file=sys.stderr,
    )
