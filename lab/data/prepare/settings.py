"""What is to be done with each input column: what its plan says, else what the data spec says for all."""

from dataclasses import dataclass
from typing import Literal

from lab.data.prepare.chosen_columns import NO_PLAN
from lab.data.table import Column
from lab.errors import DataError
from lab.spec.data import ColumnPlan, DataSpec, DatePart, Scaling

Missing = Literal["drop", "mean", "median", "zero", "category"]

# the wishes of a plan that mean something for a kind of column
FITTING: dict[str, frozenset[str]] = {
    "numeric": frozenset(("missing", "indicator", "scaling", "lags", "clip")),
    "id": frozenset(("missing", "indicator", "scaling", "lags", "clip")),
    "boolean": frozenset(("missing", "indicator", "scaling", "lags")),
    "category": frozenset(("missing", "indicator", "encoding", "lags")),
    "datetime": frozenset(("missing", "indicator", "date_parts")),
}


@dataclass(frozen=True)
class Settings:
    """One input column and what is done with it; the words are those of `ColumnPlan`.

    Args:
        constant: what the scaling "constant" divides by.
        ordinal: of categories: a number each instead of a feature each.
    """

    column: Column
    missing: Missing
    indicator: bool = False
    scaling: Scaling = "none"
    constant: float = 1.0
    ordinal: bool = False
    order: tuple[str, ...] = ()
    date_parts: tuple[DatePart, ...] = ()
    lags: tuple[int, ...] = (0,)
    clip: bool = False


def settings_of(columns: list[Column], data: DataSpec) -> list[Settings]:
    """What is to be done with each of the columns.

    Raises:
        DataError "data.indicator_without_fill", "data.plan_unfit", "data.…_of_…": what cannot be done.
    """
    if data.missing_indicator and data.missing == "drop":
        raise DataError("data.indicator_without_fill")
    plans = {plan.column: plan for plan in data.plans}
    return [_settings(column, plans.get(column.name, NO_PLAN), data) for column in columns]


def _settings(column: Column, plan: ColumnPlan, data: DataSpec) -> Settings:
    if data.task == "sequence_labels":
        return _of_signal(column, plan, data)
    _check_wishes(column, plan)
    missing = _missing(column, plan, data)
    if missing == "drop" and plan.indicator:
        raise DataError("data.indicator_of_dropped", column=column.name)
    named = missing == "category"  # empty cells already have a feature, or a place, of their own
    marked = plan.indicator or (data.missing_indicator and column.missing > 0 and missing != "drop")
    return Settings(
        column,
        missing,
        indicator=marked and not named,
        scaling=_scaling(column, plan, data),
        constant=data.scale_constant,
        ordinal=plan.encoding == "ordinal",
        order=plan.order,
        date_parts=tuple(dict.fromkeys(plan.date_parts)),
        lags=plan.all_lags,
        clip=plan.clip,
    )


def _of_signal(column: Column, plan: ColumnPlan, data: DataSpec) -> Settings:
    """A time step of a signal: all are scaled as one, and an empty cell is where it ends."""
    if plan.wishes or data.missing_indicator:
        raise DataError("data.plan_in_signal", column=column.name)
    return Settings(column, "drop" if data.missing == "drop" else "zero")


def fitting_wishes(column: Column, plan: ColumnPlan) -> frozenset[str]:
    """The fields of a plan that mean something for a column of this kind, some of them only with others."""
    fitting = FITTING.get(column.kind, frozenset())
    if plan.encoding == "ordinal":
        fitting |= {"order", "scaling"}
    return fitting | {"scaling"} if "year" in plan.date_parts else fitting


def _check_wishes(column: Column, plan: ColumnPlan) -> None:
    fitting = fitting_wishes(column, plan)
    unfit = next((wish for wish in plan.wishes if wish not in fitting), None)
    if unfit is not None:
        raise DataError("data.plan_unfit", column=column.name, field=f"data.plans.{unfit}")


def _missing(column: Column, plan: ColumnPlan, data: DataSpec) -> Missing:
    texts = column.kind == "category"
    if plan.missing is None:
        if data.missing == "drop":
            return "drop"
        if texts:
            return "category"
        return "mean" if data.missing == "fill" else data.missing
    if texts and plan.missing not in ("drop", "category"):
        raise DataError("data.fill_of_categories", column=column.name)
    if plan.missing == "category" and not texts:
        raise DataError("data.category_of_numbers", column=column.name)
    return plan.missing


def _scaling(column: Column, plan: ColumnPlan, data: DataSpec) -> Scaling:
    """Truth values stay 0 and 1 unless their plan says otherwise."""
    scaling = plan.scaling or ("none" if column.kind == "boolean" else data.scaling)
    if scaling == "log" and column.minimum is not None and column.minimum < 0:
        raise DataError("data.log_of_negative", column=column.name, minimum=column.minimum)
    return scaling
