"""Arguments: what an object is made with stands once, in the body of its class, and everyone reads it there.

    class Dense(Layer):
        units: int = Int(low=1, typical=(1, 64), about="size of the output")
        use_bias: bool = Bool(default=True, advanced=True, about="whether there is a bias")

`Arguments` gathers these lines into `params` and into the signature, checks what a program gives, and keeps it under
its name. Constructor, messages, forms, bad-value tests, exporters, docs and `help(Dense)` all come from them. Type
checkers and editors read the same lines as the fields of a dataclass (PEP 681), so in that order: the bases' first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import Parameter, Signature, cleandoc
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypedDict, TypeVar, Unpack, dataclass_transform

from netcore.names import snake_case
from netcore.params import (
    REQUIRED,
    AnyParam,
    BoolParam,
    ChoiceParam,
    FloatParam,
    IntParam,
    IntsParam,
    MarginsParam,
    NumbersParam,
    Param,
)

T_co = TypeVar("T_co", covariant=True)


class Into(Generic[T_co]):
    """Type of an argument that may be given in several forms and is kept in one: `activation: Into[Function]`.

    For type checkers only: they let anything be given and know what is kept.
    """

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: Any = None) -> T_co: ...

        def __set__(self, instance: object, value: Any) -> None: ...


# --- what stands behind an argument's name in the class body


class Common(TypedDict, total=False):
    """What every description takes; see Param. An argument without `default` must be given."""

    default: Any
    about: str
    advanced: bool
    optional: bool
    kw_only: bool
    alias: str
    listed: bool


def Int(*, low: int = 0, high: int | None = None, typical: tuple[int, int] = (0, 10), **common: Unpack[Common]) -> Any:
    """A whole number from `low` to `high`, both allowed. `typical` is the range worth trying."""
    return IntParam(low=low, high=high, typical=typical, **common)


def Float(
    *,
    low: float = -float("inf"),
    high: float = float("inf"),
    open_low: bool = False,
    open_high: bool = False,
    typical: tuple[float, float] = (0.0, 1.0),
    log: bool = False,
    **common: Unpack[Common],
) -> Any:
    """A finite number in a range whose ends are allowed unless `open_low` or `open_high` says otherwise."""
    return FloatParam(low=low, high=high, open_low=open_low, open_high=open_high, typical=typical, log=log, **common)


def Bool(**common: Unpack[Common]) -> Any:
    """True or False."""
    return BoolParam(**common)


def Choice(
    *, names: Callable[[], Sequence[str]], spelling: Callable[[str], str] = str, **common: Unpack[Common]
) -> Any:
    """One of a few names; `spelling` brings other spellings to the one that is kept."""
    return ChoiceParam(names=names, spelling=spelling, **common)


def Ints(
    *,
    low: int = 0,
    length: int | None = None,
    per_axis: bool = False,
    spread: bool = False,
    single: bool = False,
    gaps: bool = False,
    typical: tuple[int, ...] = (1,),
    **common: Unpack[Common],
) -> Any:
    """Whole numbers, kept as a tuple; see IntsParam for what else a single number may stand for."""
    return IntsParam(
        low=low,
        length=length,
        per_axis=per_axis,
        spread=spread,
        single=single,
        gaps=gaps,
        typical=typical,
        **common,
    )


def Margins(**common: Unpack[Common]) -> Any:
    """What is added around an image: one number, (rows, columns), or ((top, bottom), (left, right))."""
    return MarginsParam(**common)


def Numbers(
    *,
    low: float = -float("inf"),
    high: float = float("inf"),
    single: bool = True,
    typical: float | tuple[float, ...] = 1.0,
    **common: Unpack[Common],
) -> Any:
    """A finite number, or a list of them (of any depth)."""
    return NumbersParam(low=low, high=high, single=single, typical=typical, **common)


def Given(**common: Unpack[Common]) -> Any:
    """Anything: kept as it was given, and not listed in `params`."""
    return AnyParam(**common)


def Described(description: Param, **common: Unpack[Common]) -> Any:
    """An argument with a description that several classes share, and a default of its own."""
    return replace(description, **common)


@dataclass(frozen=True)
class MadeAttribute:
    """What `Made` leaves in the class body until the class is there."""

    default: Any


def Made(*, default: Any = REQUIRED, init: Literal[False] = False) -> Any:
    """No argument: an attribute that the object makes itself, such as a weight. `init` tells type checkers so."""
    return MadeAttribute(default)


# --- the constructor


class Construction:
    """How the objects of one class are made.

    Attributes:
        fields: argument -> (attribute that keeps it, description), bases first.
        places: arguments that may be given by position, in their order.
        required: those without a default.
    """

    def __init__(self, owner: "type[Arguments]", attributes: dict[str, Param]) -> None:
        self.owner = owner.__name__
        self.fields = {param.alias or name: (name, param.in_class(owner)) for name, param in attributes.items()}
        self.places = tuple(name for name, (_, param) in self.fields.items() if not param.kw_only)
        by_name = (name for name, (_, param) in self.fields.items() if param.kw_only)
        last = sorted(by_name, key=lambda name: (not self.fields[name][1].listed, owner._rank(name)))
        self.order = (*self.places, *last)  # as a signature shows them
        self.required = [name for name, (_, param) in self.fields.items() if param.default is REQUIRED]
        # most small objects are made in a microsecond or two: what need not be called is left out
        plain = Param.take
        self.takers: dict[str, tuple[str, Callable[[str, str, Any], Any]]] = {
            name: (attribute, param.check if type(param).take is plain else param.take)
            for name, (attribute, param) in self.fields.items()
        }
        hooks = (owner._set_up, Arguments._set_up), (owner.after_arguments, Arguments.after_arguments)
        self.follow = [own for own, nothing in hooks if own is not nothing]

    @cached_property
    def kept_defaults(self) -> dict[str, Any]:
        """Attribute -> what is kept of its default; made late, when all registries are filled."""
        return {
            attribute: param.take(self.owner, name, param.default)
            for name, (attribute, param) in self.fields.items()
            if param.default is not REQUIRED
        }

    @cached_property
    def signature(self) -> Signature:
        """As `inspect.signature` of the class shows it."""
        shown = []
        for name in self.order:
            param = self.fields[name][1]
            kind = Parameter.KEYWORD_ONLY if param.kw_only else Parameter.POSITIONAL_OR_KEYWORD
            shown.append(Parameter(name, kind, default=Parameter.empty if param.default is REQUIRED else param.default))
        return Signature(shown)

    def place(self, positional: tuple[Any, ...], given: dict[str, Any]) -> None:
        """Put what was given by position under its name. Raises TypeError in Python's words: too many, one twice."""
        if len(positional) > len(self.places):
            most, least = len(self.places) + 1, len(self.required) + 1  # Python counts the object itself
            takes = f"{most}" if most == least else f"from {least} to {most}"
            takes += " positional argument" + ("s" if most > 1 else "")
            raise TypeError(f"{self.owner}.__init__() takes {takes} but {len(positional) + 1} were given")
        for name, value in zip(self.places, positional, strict=False):
            if name in given:
                raise TypeError(f"{self.owner}.__init__() got multiple values for argument {name!r}")
            given[name] = value

    def missing(self, given: dict[str, Any]) -> TypeError:
        """The error for arguments that must be given, in Python's words."""
        names = [repr(name) for name in self.places if name in self.required and name not in given]
        listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        listed = listed.replace(" and ", ", and ") if len(names) > 2 else listed
        several = "s" if len(names) > 1 else ""
        return TypeError(
            f"{self.owner}.__init__() missing {len(names)} required positional argument{several}: {listed}"
        )

    def described(self) -> Iterator[str]:
        """A line for each argument that says what it is about: the section "Args" of the class's docstring."""
        for name in self.order:
            about = self.fields[name][1].about
            if about:
                yield f"    {name}: {about}."


class _Signature:
    """`cls.__signature__`, for `inspect` and interactive help; None where a class writes an `__init__` of its own."""

    def __get__(self, instance: object, owner: "type[Arguments]") -> Signature | None:
        own = instance is not None or owner.__init__ is not Arguments.__init__
        return None if own else owner._construction.signature


@dataclass_transform(
    eq_default=False, field_specifiers=(Int, Float, Bool, Choice, Ints, Margins, Numbers, Given, Described, Made)
)
class Arguments:
    """Base of what is made with arguments.

    Attributes:
        params: argument -> description, of those that are listed; in the order of the signature.
        in_keras: False for a part that Keras does not have.

    Raises:
        TypeError: an argument missing, given twice, one too many, or (unless a family says more) unknown.
        NetcoreValueError: a value that its description does not allow.
    """

    params: ClassVar[Any] = {}
    in_keras: ClassVar[bool] = True
    _construction: ClassVar[Construction]
    _attributes: ClassVar[dict[str, Any]] = {}  # attribute -> Param or MadeAttribute, those of the bases first
    __signature__ = _Signature()

    def __init__(self, *positional: Any, **given: Any) -> None:
        construction = self._construction
        takers = construction.takers
        if positional:
            construction.place(positional, given)
        for name in given:
            if name not in takers:
                given = self._understood(given)
                break
        for name in construction.required:
            if name not in given:
                raise construction.missing(given)
        kept = self.__dict__
        kept.update(construction.kept_defaults)
        for name in given if len(given) < 2 else [name for name in takers if name in given]:
            attribute, take = takers[name]
            kept[attribute] = take(construction.owner, name, given[name])
        for follow in construction.follow:
            follow(self)

    def _understood(self, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments, with those that `understand` makes of the unknown ones."""
        fields = self._construction.fields
        unknown = {name: value for name, value in given.items() if name not in fields}
        return {name: value for name, value in given.items() if name in fields} | self.understand(unknown)

    def understand(self, unknown: dict[str, Any]) -> dict[str, Any]:
        """Arguments that those stand for which have no place: names of older programs. Raises for all others."""
        raise TypeError(
            f"{self._construction.owner}.__init__() got an unexpected keyword argument {next(iter(unknown))!r}"
        )

    def _set_up(self) -> None:
        """For the base of a family: what each of its objects has besides its arguments."""

    def after_arguments(self) -> None:
        """For a class: check arguments against each other, and set what follows from them."""

    @staticmethod
    def _rank(name: str) -> int:
        """For the base of a family: what is given by name only is shown by rising rank."""
        return 0

    def arguments(self) -> dict[str, Any]:
        """The listed arguments, as the object keeps them."""
        fields = self._construction.fields
        return {name: getattr(self, fields[name][0]) for name in type(self).params}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Param | MadeAttribute)}
        for name, value in own.items():
            if isinstance(value, MadeAttribute) and value.default is not REQUIRED:
                setattr(cls, name, value.default)
            else:
                delattr(cls, name)
        found: dict[str, Any] = {}
        for base in reversed(cls.__mro__[1:]):  # as dataclasses do: all that each base has, the furthest first
            found |= vars(base).get("_attributes", {})
        cls._attributes = found | own
        params = {name: one for name, one in cls._attributes.items() if isinstance(one, Param)}
        cls._construction = Construction(cls, params)
        fields = cls._construction.fields
        cls.params = {name: fields[name][1] for name in cls._construction.order if fields[name][1].listed}
        described = list(cls._construction.described())
        if described and cls.__doc__:
            cls.__doc__ = "\n".join([cleandoc(cls.__doc__), "", "Args:", *described])


class Named(Arguments):
    """Base of parts that programs name by strings: a class goes by its name in snake_case too, beside its `aliases`."""

    aliases: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.aliases = (*cls.__dict__.get("aliases", ()), snake_case(cls.__name__))
