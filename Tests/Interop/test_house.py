"""scripts/check-house over small made-up projects: each kind of violation is found, and a sound project passes."""
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check-house"

MANIFEST = """
let package = Package(
  targets: [
    .systemLibrary(name: "CZ"),
    .target(name: "Low", dependencies: ["CZ"]),
    .target(name: "High", dependencies: ["Low", .product(name: "Third", package: "third")]),
    .testTarget(name: "LowTests", dependencies: ["High"]),
  ])
"""
TABLE = """# Map

| module | its one job |
| --- | --- |
| `Low` | bytes |
| `High` | files |

Another table: | `Elsewhere` | no module |
"""
SOUND = {
    "Package.swift": MANIFEST,
    "docs/architecture.md": TABLE,
    "Sources/CZ/shim.h": "",
    "Sources/Low/Values/Bytes.swift": """
public struct Bytes {
  enum Kind { case raw }
  // Safe: the pointer is ours.
  func first() -> Int {
    let text = "} unsafe \\(unsafe base.load()) { Report"  // unsafe: a word in a comment
    return text.count
  }
  func second() -> Int {
    // Safe: checked above.
    unsafe base.load()
  }
  unowned(unsafe) let owner: AnyObject
}
""",
    "Sources/Low/Report.swift": "struct Report {\n  let bytes: Bytes\n}\n",
    "Sources/High/Main.swift": "public import struct Low.Bytes\nimport Third\nlet bytes: Bytes? = nil\n",
}


def run(folder, files, *arguments):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return subprocess.run([sys.executable, SCRIPT, *arguments, folder], capture_output=True, text=True)


def test_a_sound_project_passes(tmp_path):
    result = run(tmp_path, SOUND, "--all")
    assert (result.returncode, result.stderr) == (0, "")
    assert "unowned(unsafe)" in result.stdout


def test_a_nested_type_hides_one_of_the_module(tmp_path):
    # Report.swift's `Bytes` is now Report's own, so the folders do not use each other.
    files = {"Sources/Low/Values/Back.swift": "extension Report {\n  typealias Bytes = Int\n}\n"}
    assert run(tmp_path, SOUND | files, "--all").returncode == 0


VIOLATIONS = {
    "imports upwards": ({"Sources/Low/Up.swift": "internal import High\n"},
                        ["Sources/Low/Up.swift:1: Low imports High, which stands above it",
                         "Low imports High; Package.swift does not say so",
                         "these modules import each other: High, Low"]),
    "not in the table": ({"Sources/Odd/Odd.swift": "struct Odd {}\n"},
                         ["Sources/Odd is not in the table of docs/architecture.md"]),
    "only in the table": ({"docs/architecture.md": TABLE.replace("| `High`", "| `Gone` | nothing |\n| `High`")},
                          ["docs/architecture.md lists Gone, which is not in Sources"]),
    "another order": ({"docs/architecture.md": TABLE.replace("High", "?").replace("Low", "High").replace("?", "Low")},
                      ["Package.swift has Low where docs/architecture.md has High"]),
    "unused dependency": ({"Sources/High/Main.swift": "// import Low\n"},
                          ["Package.swift has High depend on Low, which it does not import"]),
    "no target": ({"Package.swift": MANIFEST.replace('"Low", dep', '"Lower", dep')}, ["Package.swift has no target Low"]),
    "unused product": ({"Sources/High/Main.swift": "import Low\n"},
                       ["Package.swift has High depend on Third, which it does not import"]),
    "unused package": ({"Package.swift": '  .package(url: "https://a/more", from: "1"),\n' + MANIFEST},
                       ["Package.swift fetches more, which no target uses"]),
    "cycle of folders": ({"Sources/Low/Values/Back.swift": "extension Report {\n  func f() {}\n}\n"},
                         ["Low: . -> Values: Sources/Low/Report.swift uses Bytes",
                          "Low: Values -> .: Sources/Low/Values/Back.swift uses Report"]),
    "cycle of inner folders": ({"Sources/Low/Values/A/A.swift": "struct A { var b: B }\n",
                                "Sources/Low/Values/B/B.swift": 'let b = "\\(A.self)"\nclass B {}\n'},
                               ["Low/Values: A -> B: Sources/Low/Values/A/A.swift uses B",
                                "Low/Values: B -> A: Sources/Low/Values/B/B.swift uses A"]),
    "unsafe in a function": ({"Sources/Low/F.swift": "// Safe: not this one.\nlet a = 1\n\n"
                              "func f(_ g: () -> Void = {}) {\n  unsafe b()\n}\n"},
                             ["Sources/Low/F.swift:4: f has `unsafe` and no `// Safe:` sentence"]),
    "unsafe in an accessor": ({"Sources/Low/F.swift":
                               "extension Bytes {\n  var f: Int {\n    get { unsafe b() }\n  }\n}\n"},
                              ["Sources/Low/F.swift:2: f has `unsafe`"]),
    "unsafe in a closure": ({"Sources/Low/F.swift": "let f: Int = {\n  unsafe b()\n}()\n"},
                            ["Sources/Low/F.swift:1: f has `unsafe`"]),
    "Foundation": ({"Sources/Low/F.swift": "#if A\n  import Foundation\n#endif\n"},
                   ["Sources/Low/F.swift:2: Low imports Foundation"]),
    "a person's folder": ({"scripts/run": "ls " + "/ho" + "me/someone/data\n"},
                          ["scripts/run:1: names /" + "home/someone/data"]),
    "beside the checkout": ({"Makefile": "lint:\n\t" + "../" + "other/tool\n"}, ["Makefile:2: names ../other/tool"]),
    "another limit": ({"docs/limits.md": "| most | 3 | `Sources/Low/Report.swift: most = 3` | |\n"},
                      ["docs/limits.md:1: Sources/Low/Report.swift does not say: most = 3"]),
    "an old picture": ({"docs/architecture.svg": "<svg/>"}, ["docs/architecture.svg is out of date"]),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_violations_are_found(tmp_path, name):
    files, expected = VIOLATIONS[name]
    result = run(tmp_path, SOUND | files, "--all")
    assert result.returncode == 1, result.stdout + result.stderr
    for text in expected:
        assert text in result.stdout


def test_reports_do_not_fail(tmp_path):
    body = "\n".join(["  let a = b as! Int"] * 70)
    function = f"func f(_ a: Int, _ b: (Int, Int), _ c: [Int], _ d: Int, e: Int) {{\n{body}\n}}\n"
    files = {"Sources/Low/Long.swift": function + "\n" * 300}
    result = run(tmp_path, SOUND | files, "--all")
    assert result.returncode == 0
    for text in ("372 Sources/Low/Long.swift", "72 Sources/Low/Long.swift:1: f", "4 Sources/Low/Long.swift:1: f",
                 "70 Sources/Low/Long.swift:2: as!"):
        assert text in result.stdout


def test_graph_and_picture(tmp_path):
    graph = run(tmp_path, SOUND, "--graph").stdout
    assert "High: Low\n" in graph and ". -> Values (1)" in graph
    assert run(tmp_path, SOUND, "--picture", tmp_path / "docs" / "architecture.svg").returncode == 0
    picture = (tmp_path / "docs" / "architecture.svg").read_text()
    assert ">High</text>" in picture and picture.count("marker-end") == 1
    assert run(tmp_path, SOUND, "--all").returncode == 0
