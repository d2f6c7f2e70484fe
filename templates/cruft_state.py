"""Writes .cruft.json where cookiecutter alone has made the project: cruft writes its own.

Run by the hooks post_gen_project.py, from the clone that the template is in. Standard
library only, as they are.
"""

import json
import re
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


def address(folder):
    """Where others find the template: the clone's origin, if that has the commit; None of no clone."""
    # An installed copy may lie below somebody's own repository, which does not have it.
    if git(folder, "ls-files", "--error-unmatch", "cookiecutter.json") is None:
        return None
    # A commit that was never pushed is in the clone only.
    pushed = git(folder, "branch", "--remotes", "--contains", "HEAD")
    origin = git(folder, "config", "remote.origin.url")
    if pushed and origin:
        return re.sub(r"^(https?://)[^/]*@", r"\1", origin)  # a password is nobody else's
    return git(folder, "rev-parse", "--show-toplevel")


def record(answers):
    """Writes the file and returns the template's address, or says why there is none."""
    folder = answers["_repo_dir"]
    template, commit = address(folder), git(folder, "rev-parse", "HEAD")
    if not (template and commit):
        return note("the template is in no commit of a git repository")
    if git(folder, "status", "--porcelain", "--", "."):
        return note("the template has changes that are in no commit")
    context = {name: answer for name, answer in answers.items() if name not in _PLACES}
    state = {
        "template": template,
        "commit": commit,
        "checkout": answers.get("_checkout") or None,
        "context": {"cookiecutter": {**context, "_template": template, "_commit": commit}},
        "directory": git(folder, "rev-parse", "--show-prefix").rstrip("/") or None,
    }
    text = json.dumps(state, ensure_ascii=False, indent=2) + "\n"
    Path(".cruft.json").write_text(text, encoding="utf-8")
    return template


def note(reason):
    """Says that the project cannot be updated yet, and what helps."""
    print(
        f"No .cruft.json was written: {reason}. For `cruft update`, run `cruft link ADDRESS"
        " --directory templates/NAME` in the project.",
        file=sys.stderr,
    )
