"""From the text of a scenario file to plain data, with the line of every value.

YAML 1.2: only `true` and `false` are truth values, so that `on`, `off`, `yes` and `no` stay words. A scenario is data
and nothing else: tags are refused, aliases are counted out, sizes are bounded.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml import events as yaml_events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from simulation.scenario.faults import MOST_FAULTS, Fault, KeyPath, Place, ScenarioError, dotted, on_one_line, show
from simulation.scenario.overlay import MAX_DEPTH, MAX_VALUES, Layer, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["MAX_BYTES", "read_file", "read_lines", "read_text"]

MAX_BYTES = 1_000_000
"""Largest scenario file [bytes]; the reference firm has about 20,000."""

_MOST_DIGITS = 300


def read_file(path: Path) -> tuple[Layer, list[Fault]]:
    """Read a scenario file as a layer of plain data; `extends` is not followed.

    Returns
    -------
    tuple
        The layer, and the faults that leave the rest of the file readable (duplicate keys, tags).

    Raises
    ------
    ScenarioError
        The file cannot be read as a mapping at all.
    """
    return read_text(_text_of(path), name=on_one_line(str(path)))


def read_lines(path: Path) -> list[str]:
    """Read a table beside a scenario, line by line; raises as `read_file` does."""
    return _text_of(path).splitlines(keepends=True)


def _text_of(path: Path) -> str:
    name = on_one_line(str(path))
    try:
        if path.is_dir():
            raise _fault(name, "is a folder", "the path of a scenario file, ending in .yaml")
        if not path.exists():
            raise _fault(name, "there is no such file")
        if not path.is_file():
            raise _fault(name, "is not an ordinary file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _fault(name, f"cannot be read ({error.strerror or 'the system refuses'})") from error
    except ValueError as error:  # a name that no file can have, such as one with a zero character
        raise _fault(name, "is not the name of a file") from error
    if len(content) > MAX_BYTES:
        raise _fault(name, "is too large for a scenario", f"at most {MAX_BYTES:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError([Fault("is not text", name, line, allowed="text in UTF-8")]) from error


def read_text(text: str, *, name: str) -> tuple[Layer, list[Fault]]:
    """Read the text of a scenario file as a layer of plain data; `name` is the file in faults. See `read_file`."""
    reader = _Reader(name)
    try:
        raw = reader.read(text)
    except YAMLError as error:
        raise ScenarioError([*reader.faults, _syntax(error, name, text)]) from error
    except (ArithmeticError, ValueError, LookupError) as error:
        # The parser lets Python's own errors through for escapes such as "\Uffffffff" and "\ud800".
        fault = Fault("is not valid YAML near here", name, reader.line, allowed="check the escapes that begin with \\")
        raise ScenarioError([*reader.faults, fault]) from error
    if raw is None:
        raise ScenarioError([*reader.faults, Fault("is empty", name, allowed="a scenario")])
    if not isinstance(raw, dict):
        fault = Fault(
            f"holds {_kind(raw)} at the top", name, reader.places[()].line, allowed="key: value, from `title:`"
        )
        raise ScenarioError([*reader.faults, fault])
    return Layer(raw, reader.places), reader.faults


class _Reader:
    """Builds plain data from the parser's events, noting places and faults on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[KeyPath, Place] = {(): Place(name, 1, "")}
        self.faults: list[Fault] = []
        self.line = 1
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0
        self._events: Iterator[Any] = iter(())

    def read(self, text: str) -> Any:
        self._events = YAML(typ="safe", pure=True).parse(text)
        value = None
        documents = 0
        for event in self._events:
            self.line = event.start_mark.line + 1
            if isinstance(event, yaml_events.NodeEvent):
                documents += 1
                if documents > 1:
                    raise self._stop("a second document begins here", "one scenario in a file, so no further `---`")
                self.places[()] = Place(self.name, self.line, "")
                value = self._node(event, ())
        return value

    def _node(self, event: Any, path: KeyPath) -> Any:
        self.line = event.start_mark.line + 1
        self._count += 1
        if len(path) > MAX_DEPTH:
            raise self._stop("is nested too deeply", f"at most {MAX_DEPTH} levels")
        before = self._count
        if isinstance(event, yaml_events.AliasEvent):
            value = self._alias(event.anchor, path)
        else:
            self._refuse_tag(event, path)
            if isinstance(event, yaml_events.MappingStartEvent):
                value = self._mapping(path)
            elif isinstance(event, yaml_events.SequenceStartEvent):
                value = self._sequence(path)
            else:
                value = self._scalar(event, path)
            if event.anchor:
                self._anchors[event.anchor] = (value, self._count - before + 1)
        if self._count > MAX_VALUES:
            raise self._stop("holds too many values", f"at most {MAX_VALUES:,}, repetitions by `*name` counted")
        return value

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self._until(yaml_events.MappingEndEvent):
            key = self._key(event, path)
            here = (*path, key)
            if key in found:
                self._add(here, f"was given already, in line {self.places[here].line}", "each key once")
            self.places[here] = Place(self.name, self.line, dotted(here))
            found[key] = self._node(next(self._events), here)
        return found

    def _sequence(self, path: KeyPath) -> list[Any]:
        found: list[Any] = []
        for event in self._until(yaml_events.SequenceEndEvent):
            here = (*path, len(found))
            self.places[here] = Place(self.name, event.start_mark.line + 1, dotted(here))
            found.append(self._node(event, here))
        return found

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _key(self, event: Any, path: KeyPath) -> str:
        self.line = event.start_mark.line + 1
        if isinstance(event, yaml_events.ScalarEvent):
            self._refuse_tag(event, path)
            return self._text(event, path)
        raise self._stop("a key is not a plain word", "a name such as `title`, then a colon")

    def _alias(self, anchor: str, path: KeyPath) -> Any:
        if anchor not in self._anchors:
            self._add(path, f"`*{anchor}` repeats nothing: there is no `&{anchor}` above", "a name given above by `&`")
            return None
        value, size = self._anchors[anchor]
        self._count += size
        return value

    def _scalar(self, event: Any, path: KeyPath) -> Any:
        text = self._text(event, path)
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        for pattern, convert in _SCALARS:
            if pattern.fullmatch(text):
                if len(text) > _MOST_DIGITS:
                    self._add(path, "a number of too many digits", f"at most {_MOST_DIGITS}")
                    return math.nan
                return convert(text)
        return text

    def _text(self, event: Any, path: KeyPath) -> str:
        text = str(event.value)
        if is_text(text):
            return text
        self._add(path, "half a character (a lone surrogate) is no text", "text in UTF-8")
        return text.encode("ascii", "backslashreplace").decode()

    def _refuse_tag(self, event: Any, path: KeyPath) -> None:
        # `!` alone only says "text, please".
        if event.tag and str(event.tag) != "!":
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._add(path, f"the tag {show(tag)} is not allowed", "plain values without tags")

    def _add(self, path: KeyPath, message: str, allowed: str) -> None:
        if len(self.faults) >= MOST_FAULTS:
            raise self._stop(f"has more than {MOST_FAULTS} faults, of which these are the first", "")
        self.faults.append(Fault(message, self.name, self.line, dotted(path), allowed=allowed))

    def _stop(self, message: str, allowed: str) -> ScenarioError:
        return ScenarioError([*self.faults, Fault(message, self.name, self.line, allowed=allowed)])


_SCALARS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"\+?\.(inf|Inf|INF)"), lambda _: math.inf),
    (re.compile(r"-\.(inf|Inf|INF)"), lambda _: -math.inf),
    (re.compile(r"\.(nan|NaN|NAN)"), lambda _: math.nan),
)
"""The core schema of YAML 1.2 (section 10.3.2): pattern of the text and the value that it means."""


def _fault(name: str, message: str, allowed: str = "") -> ScenarioError:
    return ScenarioError([Fault(message, name, allowed=allowed)])


def _syntax(error: YAMLError, name: str, text: str) -> Fault:
    """Put what the parser says in plain words."""
    if not isinstance(error, MarkedYAMLError):
        # The reader, before any line is known: a character that YAML does not allow.
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        return Fault("holds a character that is no text (a control character)", name, line, allowed="text in UTF-8")
    mark = error.problem_mark or error.context_mark
    where = None if mark is None else mark.line + 1
    problem = str(error.problem or "").partition("\n")[0]
    if "'\\t'" in problem:
        return Fault("a tab indents this line", name, where, allowed="spaces")
    return Fault(f"is not valid YAML here ({problem or 'the parser gives no reason'})", name, where)


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "a single value"
