"""Reads Swift as far as the checks need it: which types a file declares and names, and where its functions are.

This is not a parser. Comments and the text of string literals are blanked out, so that braces and words can be counted on;
what stands between braces is then told apart by the words before them.
"""
import bisect
import dataclasses
import functools
import re

_TOKEN = re.compile(r'//|/\*|(#*)("""|")')
_TYPE = re.compile(r"\b(?:struct|class|enum|protocol|actor)\s+(?!func\b|var\b|let\b|subscript\b|init\b)(\w+)")
_ALIAS = re.compile(r"\b(?:typealias|associatedtype)\s+(\w+)")
_OUTER_ALIAS = re.compile(r"^(?:(?:public|package|internal)\s+)?typealias\s+(\w+)", re.MULTILINE)
_EXTENSION = re.compile(r"\bextension\s+([\w.]+)")
_FUNCTION = re.compile(r"(?<![\w.])(?:func\s+([^\s(<]+|[<>=]+)|(init|deinit|subscript)\b|(?:var|let)\s+(`?\w+))")
_PRIVATE = re.compile(r"\b(?:private|fileprivate)\s+(?:[\w@]+\s+)*$")
_NAME = re.compile(r"(?<![\w.`#@])([A-Z]\w*)")
# The keyword, and neither an attribute, a label, a member's name, nor `unowned(unsafe)`.
_UNSAFE = re.compile(r"(?<![\w.@])(?<!unowned\()(?<!nonisolated\()unsafe\b(?!\s*[:)])")


@dataclasses.dataclass
class Function:
    """A function, initializer, subscript, computed property, or a closure that gives a property its first value."""
    name: str
    line: int
    length: int
    unsafe: bool
    explained: bool
    unlabelled: int


@dataclasses.dataclass
class _Scope:
    bracket: str
    position: int
    # "type", "function", or "" for whatever stands within a function or an expression.
    kind: str = ""
    name: str = ""
    # Where the text begins that says what the next pair of braces is.
    header: int = 0


def blank(text):
    """The text with comments and the contents of string literals replaced by spaces, everything else in its place.

    What is interpolated into a string is code and stays.
    """
    out = list(text)

    def erase(start, end):
        for index in range(start, end):
            if out[index] != "\n":
                out[index] = " "

    def comment(start):
        depth, position = 1, start + 2
        while depth and position < len(text):
            if text.startswith("/*", position):
                depth, position = depth + 1, position + 2
            elif text.startswith("*/", position):
                depth, position = depth - 1, position + 2
            else:
                position += 1
        erase(start, position)
        return position

    def string(start, hashes, quote):
        closing, escape = quote + hashes, "\\" + hashes
        position = start
        while position < len(text):
            if text.startswith(closing, position):
                return position + len(closing)
            if text.startswith(escape + "(", position):
                erase(position, position + len(escape))
                position = code(position + len(escape) + 1, nested=True)
            elif text.startswith(escape, position):
                erase(position, min(len(text), position + len(escape) + 1))
                position += len(escape) + 1
            elif text[position] == "\n" and quote == '"':
                return position  # Not a string after all; go on with the next line.
            else:
                erase(position, position + 1)
                position += 1
        return position

    def code(position, nested=False):
        depth = 1
        while position < len(text):
            if nested:
                if text[position] == "(":
                    depth += 1
                elif text[position] == ")":
                    depth -= 1
                    if depth == 0:
                        return position + 1
                match = _TOKEN.match(text, position)
                if not match:
                    position += 1
                    continue
            else:
                match = _TOKEN.search(text, position)
                if not match:
                    return len(text)
            if match.group() == "//":
                end = text.find("\n", match.start())
                end = len(text) if end < 0 else end
                erase(match.start(), end)
                position = end
            elif match.group() == "/*":
                position = comment(match.start())
            else:
                position = string(match.end(), match.group(1), match.group(2))
        return position

    code(0)
    return "".join(out)


class SwiftFile:
    """One file: `types` it declares for others, `own` names that mean something else here, names it `uses`, `functions`."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.code = blank(text)
        self._starts = [0] + [match.end() for match in re.finditer("\n", self.code)]
        self.types, self.own, self.extended = set(), set(), set()
        self.nested = {}  # Outer type: the names of types declared within it.
        self.functions = []
        self._read_scopes()

    @functools.cached_property
    def uses(self):
        return {match.group(1) for match in _NAME.finditer(self.code)}

    def line(self, position):
        return bisect.bisect_right(self._starts, position)

    def _read_scopes(self):
        stack = [_Scope("", 0, "type")]
        for match in re.finditer(r"[{}()\[\];]", self.code):
            bracket, position = match.group(), match.start()
            if bracket in "([{":
                scope = _Scope(bracket, position, header=position + 1)
                if bracket == "{" and stack[-1].kind == "type":
                    self._classify(scope, self.code[stack[-1].header:position], stack)
                stack.append(scope)
            elif bracket in ")]}" and len(stack) > 1:
                scope = stack.pop()
                if scope.kind == "function":
                    self._add_function(stack[-1].header, scope, position)
                if bracket == "}":
                    if scope.kind == "type":
                        aliases = _ALIAS.findall(self.code, scope.position, position)
                        self.nested.setdefault(scope.name, set()).update(aliases)
                    stack[-1].header = position + 1
        self.types.update(_OUTER_ALIAS.findall(self.code))

    def _classify(self, scope, header, stack):
        extension, declared = list(_EXTENSION.finditer(header)), list(_TYPE.finditer(header))
        last = max((match.start() for match in _FUNCTION.finditer(header)), default=-1)
        if extension and extension[-1].start() > last:
            scope.kind, scope.name = "type", extension[-1].group(1).split(".")[0]
            self.extended.add(scope.name)
        elif declared and declared[-1].start() > last:
            match = declared[-1]
            scope.kind, scope.name = "type", match.group(1)
            self._declare(match.group(1), bool(_PRIVATE.search(header[:match.start()])), stack)
            if len(stack) > 1:
                scope.name = stack[1].name
        else:
            scope.kind = "function"

    def _declare(self, name, is_private, stack):
        if len(stack) > 1:
            self.nested.setdefault(stack[1].name, set()).add(name)
        elif is_private:
            self.own.add(name)
        else:
            self.types.add(name)

    def _add_function(self, header, scope, end):
        found = None
        for found in _FUNCTION.finditer(self.code, header, scope.position):
            pass  # The last one: what stands before it are declarations without a body.
        begin = found.start() if found else scope.position
        name = next((group for group in found.groups() if group), "?") if found else "?"
        first, last = self.line(begin), self.line(end)
        above = first
        while above > 1 and self._introduces(above - 1):
            above -= 1
        is_unsafe = bool(_UNSAFE.search(self.code, begin, end))
        explained = any(re.search(r"//.*\bSafe\b[:,]", line) for line in self.lines[above - 1:last])
        takes_parameters = found and (found.group(1) or found.group(2) == "init")
        unlabelled = self._unlabelled(begin, scope.position) if takes_parameters else 0
        self.functions.append(Function(name, first, last - first + 1, is_unsafe, explained, unlabelled))

    def _introduces(self, number):
        """Whether a line is a comment or an attribute, as they stand above a declaration."""
        line = self.lines[number - 1].strip()
        return bool(line) and (line.startswith(("//", "@", "#if", "/*", "*")) or not self.code[
            self._starts[number - 1]:self._starts[number] if number < len(self._starts) else None].strip())

    def _unlabelled(self, begin, end):
        start = self.code.find("(", begin, end)
        depth, count, fresh = 0, 0, True
        for position in range(start, end) if start >= 0 else ():
            character = self.code[position]
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
                if depth == 0:
                    break
            elif character == "," and depth == 1:
                fresh = True
            elif fresh and not character.isspace():
                fresh = False
                count += bool(re.match(r"_\s+\w", self.code[position:position + 20]))
        return count
