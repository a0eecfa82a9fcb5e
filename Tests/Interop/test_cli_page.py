"""docs/cli.md is what scripts/make-cli-page makes of the command's help."""
import pathlib
import subprocess
import sys

from conftest import COMMAND

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date():
    made = subprocess.run([sys.executable, ROOT / "scripts" / "make-cli-page", COMMAND], check=True, capture_output=True).stdout
    assert made.decode() == (ROOT / "docs" / "cli.md").read_text(), "scripts/make-cli-page .build/release/npy > docs/cli.md"


def test_every_command_and_option_has_its_line():
    page = (ROOT / "docs" / "cli.md").read_text()
    listing = subprocess.run([COMMAND, "help"], check=True, capture_output=True, text=True).stdout
    commands = [line.split()[0] for line in listing.partition("SUBCOMMANDS:")[2].splitlines() if line[:2] == "  " and line[2:3].strip() and not line.startswith("  See ")]
    assert len(commands) > 15
    for command in commands:
        assert f"\n## npy {command}\n" in page, command
