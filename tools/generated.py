"""Writes a generated file of the repository, or checks that it is up to date."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(script, description, target, render):
    """The command line of a generator; `render` gives the target's text and says what is in it."""
    parser = argparse.ArgumentParser(description=description.partition("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="fail if the file is out of date")
    arguments = parser.parse_args()

    rendered, contents = render()
    name = target.relative_to(ROOT)
    if arguments.check:
        if not target.exists() or target.read_text("utf-8") != rendered:
            sys.exit(f"{name} is out of date: run tools/{Path(script).name}")
        return
    beside = target.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(rendered, encoding="utf-8", newline="\n")
    beside.replace(target)
    print(f"{name}: {contents}")


def rustfmt(text):
    """Rust as the repository formats it."""
    formatted = subprocess.run(
        ["rustfmt", "--edition", "2024", "--emit", "stdout"],
        input=text,
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        encoding="utf-8",
    )
    return formatted.stdout
