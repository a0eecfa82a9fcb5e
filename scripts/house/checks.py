"""The checks themselves: each yields its violations as (rule, text)."""
import collections
import pathlib
import re
import subprocess

from . import picture
from .swift_source import SwiftFile

# What is wrong today and being mended: how many violations of which rule. The numbers may only become smaller.
KNOWN = {}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.MULTILINE)
FOUNDATION = {"Foundation", "FoundationEssentials", "FoundationNetworking"}
FOUNDATION_MODULES = {"NumPyIOFoundation"}
TRAPS = ("fatalError(", "preconditionFailure(", "precondition(", "try!", "as!", "unowned(unsafe)")
# Folders of people and of machines; what every system has (/usr, /dev, /proc, /tmp) may be named.
OUTSIDE = re.compile(r"(?<![\w.:/\\-])/(?:home|Users|root|work|mnt|Volumes)(?:/[\w.-]+)+")
UPWARDS = re.compile(r"(?<![\w./\\])(?:\.\./)+[\w.-]+(?:/[\w.-]+)*")
MOST_LINES, MOST_FUNCTION_LINES, MOST_UNLABELLED = 300, 60, 3


# A target of Package.swift: the modules and the products (product, package) of other packages that it depends on.
Target = collections.namedtuple("Target", "kind modules products")


class Module:
    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.files = {path: SwiftFile(path, path.read_text(errors="replace"))
                      for path in sorted(folder.rglob("*.swift"))}
        self.imports = collections.defaultdict(list)  # Imported module: where.
        for path, file in self.files.items():
            for match in IMPORT.finditer(file.code):
                self.imports[match.group(1)].append((path, file.line(match.start(1))))

    def folder_of(self, path):
        """The folder of a file within the module: its parts, none for what lies directly in the module's."""
        return path.relative_to(self.folder).parts[:-1]

    def type_uses(self):
        """Each use of a type of another file of this module: (file, type's file, type)."""
        homes, nested = collections.defaultdict(list), collections.defaultdict(set)
        for path, file in self.files.items():
            for name in file.types:
                homes[name].append(path)
            for outer, names in file.nested.items():
                nested[outer] |= names
        for path, file in self.files.items():
            hidden = set(file.own)
            for outer in file.types | file.own | file.extended:
                hidden |= nested[outer]
            for name in sorted(file.uses - hidden - file.types):
                for home in homes.get(name, ()):
                    yield path, home, name


class House:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.targets = read_targets(self.root / "Package.swift")
        names = sorted(path.name for path in (self.root / "Sources").iterdir() if path.is_dir())
        # Modules that only lead to a library of the system have no place in the layering.
        self.modules = {name: Module(name, self.root / "Sources" / name) for name in names
                        if name not in self.targets or self.targets[name].kind != "systemLibrary"}
        self.layers = read_layers(self.root / "docs" / "architecture.md")

    def where(self, path, line=None):
        return f"{path.relative_to(self.root)}" + (f":{line}" if line else "")

    def module_imports(self, name):
        return [other for other in self.modules[name].imports if other in self.modules and other != name]

    def violations(self):
        for check in (check_layers, check_manifest, check_module_cycles, check_folder_cycles, check_unsafe,
                      check_foundation, check_paths, check_picture, check_limits):
            yield from check(self)


def read_layers(path):
    """The modules of the first table of docs/architecture.md, lowest first."""
    table = path.read_text().split("| --- |", 1)[-1].split("\n\n", 1)[0] if path.exists() else ""
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


def read_targets(path):
    """The targets of Package.swift by name, in their order."""
    text = path.read_text() if path.exists() else ""
    targets = {}
    for match in re.finditer(r"\.(target|executableTarget|testTarget|systemLibrary)\(\s*name:\s*\"(\w+)\"", text):
        depth, end = 1, text.index("(", match.start()) + 1
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        product = r'\.product\(name:\s*"(\w+)",\s*package:\s*"([\w-]+)"(?:,\s*condition:\s*\.when\([^)]*\))?\)'
        products = re.findall(product, text[match.end():end])
        body = re.sub(product, "", text[match.end():end])
        listed = re.search(r"dependencies:\s*\[(.*?)\]", body, re.DOTALL)
        modules = re.findall(r'"(\w+)"', listed.group(1)) if listed else []
        targets[match.group(2)] = Target(match.group(1), modules, products)
    return targets


def check_layers(house):
    height = {name: index for index, name in enumerate(house.layers)}
    for name in house.modules:
        if name not in height:
            yield "layering", f"Sources/{name} is not in the table of docs/architecture.md"
    for name in height:
        if name not in house.modules:
            yield "layering", f"docs/architecture.md lists {name}, which is not in Sources"
    for name, module in house.modules.items():
        for other in house.module_imports(name):
            path, line = module.imports[other][0]
            if height.get(other, -1) > height.get(name, len(height)):
                yield "layering", f"{house.where(path, line)}: {name} imports {other}, which stands above it"


def check_manifest(house):
    """Package.swift says the same as the table and the imports."""
    listed = [name for name in house.targets if name in house.layers]
    ordered = [name for name in house.layers if name in listed]
    for expected, found in zip(ordered, listed):
        if expected != found:
            yield "manifest", f"Package.swift has {found} where docs/architecture.md has {expected}"
            break
    for name, module in house.modules.items():
        if name not in house.targets:
            yield "manifest", f"Package.swift has no target {name}"
            continue
        dependencies = house.targets[name].modules
        for other in house.module_imports(name):
            if other not in dependencies:
                yield "manifest", f"{name} imports {other}; Package.swift does not say so"
        for other in dependencies:
            if module.files and other in house.modules and other not in module.imports:
                yield "manifest", f"Package.swift has {name} depend on {other}, which it does not import"
        for product, _ in house.targets[name].products:
            if product not in module.imports:
                yield "manifest", f"Package.swift has {name} depend on {product}, which it does not import"
    manifest = house.root / "Package.swift"
    packages = re.findall(r'^ *\.package\(url: "[^"]*/([\w-]+)"', manifest.read_text(), re.MULTILINE)
    used = {package for target in house.targets.values() for _, package in target.products}
    for package in packages:
        if package not in used:
            yield "manifest", f"Package.swift fetches {package}, which no target uses"


def cycles(edges):
    """The strongly connected parts of more than one node; edges: node to the nodes it leads to. After Tarjan."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = [stack.pop()]
            while part[-1] != node:
                part.append(stack.pop())
            if len(part) > 1:
                found.append(sorted(part))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def check_module_cycles(house):
    for part in cycles({name: house.module_imports(name) for name in house.modules}):
        yield "module cycle", "these modules import each other: " + ", ".join(part)


def folder_edges(module):
    """For the module and each of its folders that has folders: who of its children uses whose types, with one example each.

    Files that lie directly in a folder count as a child of their own, ".".
    """
    levels = collections.defaultdict(lambda: collections.defaultdict(dict))
    for path, home, name in module.type_uses():
        source, target = module.folder_of(path), module.folder_of(home)
        shared = 0
        while shared < min(len(source), len(target)) and source[shared] == target[shared]:
            shared += 1
        if source != target:
            child = [parts[shared] if len(parts) > shared else "." for parts in (source, target)]
            level = levels["/".join((module.name, *source[:shared]))]
            level[child[0]].setdefault(child[1], []).append((path, home, name))
    return levels


def check_folder_cycles(house):
    for module in house.modules.values():
        for level, edges in sorted(folder_edges(module).items()):
            for part in cycles(edges):
                for source in part:
                    for target, uses in sorted(edges[source].items()):
                        if target in part:
                            path, _, name = uses[0]
                            yield ("folder cycle", f"{level}: {source} -> {target}: {house.where(path)} uses "
                                   f"{name} (uses in all: {len(uses)})")


def check_unsafe(house):
    for module in house.modules.values():
        for path, file in module.files.items():
            for function in file.functions:
                if function.unsafe and not function.explained:
                    where = house.where(path, function.line)
                    yield "unsafe", f"{where}: {function.name} has `unsafe` and no `// Safe:` sentence"


def check_foundation(house):
    for name, module in house.modules.items():
        for other in sorted(FOUNDATION & set(module.imports)):
            if name not in FOUNDATION_MODULES:
                for path, line in module.imports[other]:
                    yield "Foundation", f"{house.where(path, line)}: {name} imports {other}"


def project_files(root):
    """What git has or would have; every file where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True)
    inside = listed.returncode == 0 and subprocess.run(
        ["git", "rev-parse", "--show-toplevel"], cwd=root, capture_output=True, text=True).stdout.strip() == str(root)
    paths = map(root.joinpath, listed.stdout.splitlines()) if inside else root.rglob("*")
    return sorted(path for path in paths if path.is_file())


def check_paths(house):
    """Nothing names a path outside the project: neither a person's folder, nor, where programs and documents look for
    files, one beside the checkout."""
    for path in project_files(house.root):
        parts = path.relative_to(house.root).parts
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            names = [match.group() for match in OUTSIDE.finditer(line)]
            if parts[0] not in ("Sources", "Tests") or path.suffix == "":
                for match in UPWARDS.finditer(line):
                    target = (path.parent / match.group()).resolve()
                    if not (target.is_relative_to(house.root) and target.exists()):
                        names.append(match.group())
            for name in names:
                yield "path", f"{house.where(path, number)}: names {name}, which is outside the project"


def check_picture(house):
    drawn = house.root / "docs" / "architecture.svg"
    if drawn.exists() and drawn.read_text() != picture.draw(house):
        yield "picture", "docs/architecture.svg is out of date: scripts/check-house --picture docs/architecture.svg"


def check_limits(house):
    """The constants that docs/limits.md names: `path: text of the source`."""
    table = house.root / "docs" / "limits.md"
    if not table.exists():
        return
    for number, line in enumerate(table.read_text().splitlines(), 1):
        for path, text in re.findall(r"`(Sources/[^`:]+): ([^`]+)`", line):
            source = house.root / path
            if not source.exists() or text not in source.read_text():
                yield "limit", f"{house.where(table, number)}: {path} does not say: {text}"


def reports(house):
    """What to look at, without a verdict: (title, rows), worst first."""
    long_files, long_functions, unlabelled, traps = [], [], [], []
    for module in house.modules.values():
        for path, file in module.files.items():
            if len(file.lines) > MOST_LINES:
                long_files.append((len(file.lines), house.where(path)))
            for function in file.functions:
                if function.length > MOST_FUNCTION_LINES:
                    long_functions.append((function.length, f"{house.where(path, function.line)}: {function.name}"))
                if function.unlabelled > MOST_UNLABELLED:
                    unlabelled.append((function.unlabelled, f"{house.where(path, function.line)}: {function.name}"))
            for trap in TRAPS:
                found = [match.start() for match in re.finditer(r"(?<!\w)" + re.escape(trap), file.code)]
                if found:
                    traps.append((len(found), f"{house.where(path, file.line(found[0]))}: {trap}"))
    return [(title, sorted(rows, key=lambda row: (-row[0], row[1]))) for title, rows in (
        (f"files of more than {MOST_LINES} lines", long_files),
        (f"functions of more than {MOST_FUNCTION_LINES} lines", long_functions),
        (f"functions with more than {MOST_UNLABELLED} unlabelled parameters", unlabelled),
        ("possible traps, by file and kind", traps))]
