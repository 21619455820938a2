"""Value: base of all parts of an Experiment; and how pydantic's report becomes a refusal that a person understands."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic.fields import FieldInfo

from lab.errors import ExperimentError

ColumnName = Annotated[str, Field(max_length=10_000)]
MOST_KEYS: Final = 200  # of one group of a JSON text
SHORT_NAME: Final = "^[a-z][a-z0-9_]{0,30}$"
T = TypeVar("T", bound="Value")


def _fail_fast(schema: Any) -> None:
    """A list ends at its first wrong item. One refusal is told; pydantic would report each of 200,000, and meanwhile
    nothing else is done in the whole process.
    """
    if isinstance(schema, dict):
        if schema.get("type") in ("list", "tuple"):
            schema["fail_fast"] = True
        for inner in schema.values():
            _fail_fast(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _fail_fast(inner)


class Checked(BaseModel):
    """Base of all that comes from outside: frozen, no unknown fields, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        schema = handler(source)
        _fail_fast(schema)
        return schema


class Value(Checked):
    """Base of all parts of an Experiment, and of other values that are written down."""

    path: ClassVar[str] = ""  # where the part stands in an Experiment: the beginning of a field's name in a refusal

    def __hash__(self) -> int:
        return hash(self.model_dump_json())  # pydantic's own cannot hash the dict of a part's arguments

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again. Raises ExperimentError."""
        return checked(type(self), {**dict(self), **changes})


# --- pydantic's report -> one refusal that a person understands


def checked(cls: type[T], values: dict[str, Any] | str, *, counted: bool = False) -> T:
    """Build a part from values or JSON text. Raises ExperimentError naming field, value and what is allowed.

    Args:
        counted: the text comes from `values_of`, which has looked for groups with too many keys.
    """
    if isinstance(values, str) and not counted and not has_few_keys(values):
        raise ExperimentError("experiment.too_many_keys", high=MOST_KEYS)
    try:
        return cls.model_validate_json(values) if isinstance(values, str) else cls.model_validate(values)
    except ValidationError as error:
        raise _refusal(cls, error) from None


def _refusal(cls: type[Value], error: ValidationError) -> ValueError:
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, ValueError) and hasattr(cause, "code"):
        return cause  # our own sentence, raised inside a validator
    if first["type"] == "json_invalid":  # such as half of a surrogate pair
        return ExperimentError("experiment.not_json")
    field, info = _locate(cls, first["loc"])
    code, values = _reason(first["type"], first.get("ctx", {}), info)
    if code == "experiment.unknown_field":
        name = short(first["loc"][-1])
        return ExperimentError(code, name=name, field=field) if field else ExperimentError(f"{code}_at_top", name=name)
    return ExperimentError(code, field=field, value=short(first["input"]), **values)


def _locate(cls: type[Value], steps: tuple[int | str, ...]) -> tuple[str, FieldInfo | None]:
    """Name of the field that pydantic's steps lead to ("fit.epochs") and its declaration; places in lists fall away."""
    names = [cls.path] if cls.path else []
    parts: list[type[BaseModel]] = [cls]
    info = None
    for step in steps:
        owner = next((part for part in parts if step in part.model_fields), None)
        if owner is not None and isinstance(step, str):  # otherwise a place in a list, or the tag of a union
            names.append(step)
            info = owner.model_fields[step]
            parts = _parts_in(info.annotation)
    return ".".join(names), info


def _parts_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for inner in get_args(annotation) for part in _parts_in(inner)]


def _reason(kind: str, context: dict[str, Any], info: FieldInfo | None) -> tuple[str, dict[str, Any]]:
    """Code and blanks of the sentence for one of pydantic's error types (https://docs.pydantic.dev/latest/errors)."""
    if kind == "extra_forbidden":
        return "experiment.unknown_field", {}
    if kind in ("missing", "union_tag_not_found"):
        return "experiment.missing_field", {}
    if kind in ("string_too_long", "too_long"):
        return f"experiment.{kind}", {"high": context["max_length"]}
    if kind in ("literal_error", "union_tag_invalid"):
        choices = context.get("expected") or context["expected_tags"]
        return "experiment.choice", {"choices": choices.replace(" or ", ", ")}
    if kind == "string_pattern_mismatch" and context["pattern"] == SHORT_NAME:
        return "experiment.short_name", {}
    rules = [] if info is None else _rules_of(info)
    ends = {name: getattr(rule, name) for rule in rules for name in ("ge", "gt", "le") if hasattr(rule, name)}
    if "le" in ends:
        whole = info is not None and info.annotation is int
        return ("experiment.range_whole" if whole else "experiment.range"), {"low": ends["ge"], "high": ends["le"]}
    if ends:
        return (
            ("experiment.above", {"low": ends["gt"]}) if "gt" in ends else ("experiment.at_least", {"low": ends["ge"]})
        )
    return KINDS.get(kind, "experiment.field"), {}


def _rules_of(info: FieldInfo) -> list[Any]:
    """Those of the field, of a value that may be left out, and of what a list holds."""
    inner = [field for part in get_args(info.annotation) for field in getattr(part, "__metadata__", ())]
    return [*info.metadata, *(rule for field in inner for rule in getattr(field, "metadata", ()))]


KINDS = {
    "string_type": "experiment.not_text",
    "string_unicode": "experiment.not_text",
    "bool_type": "experiment.not_bool",
    "tuple_type": "experiment.not_list",
    "dict_type": "experiment.not_group",
    "model_type": "experiment.not_group",
    "model_attributes_type": "experiment.not_group",
}


class _TooManyKeys(Exception):
    pass


def values_of(text: str | bytes) -> Any:
    """What stands in a JSON text, no group of which has more keys than any of ours: each unknown one would be reported.

    Raises ExperimentError "experiment.not_json" or "experiment.too_many_keys".
    """
    try:
        return json.loads(text, object_pairs_hook=_counted)
    except _TooManyKeys:
        raise ExperimentError("experiment.too_many_keys", high=MOST_KEYS) from None
    except (ValueError, RecursionError):  # also UnicodeDecodeError
        raise ExperimentError("experiment.not_json") from None


def has_few_keys(text: str | bytes) -> bool:
    """Whether `values_of` finds no group with too many. True if it is no JSON."""
    try:
        values_of(text)
    except ExperimentError as refusal:
        return refusal.code != "experiment.too_many_keys"
    return True


def _counted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise _TooManyKeys
    return dict(pairs)


def first_twice(names: Sequence[str]) -> str | None:
    """The first name that stands in a list again; None if each stands once."""
    counts = Counter(names)
    return next((name for name in names if counts[name] > 1), None)


def short(value: Any) -> str:
    """The value as a person would write it, at most 60 characters, none of them half of a surrogate pair."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= 60 else text[:59] + "…"
    return cut.encode(errors="backslashreplace").decode()
