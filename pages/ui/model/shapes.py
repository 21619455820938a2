"""What goes into a layer and what comes out of it, in one line."""

from lab.model.layer_table import LayerRow, shape_text
from lab.texts import say
from pages.ui.state import AppState


def shape_line(state: AppState, row: LayerRow | None) -> str:
    """`(None, 784) → (None, 32)`, 25,120 parameters."""
    if row is None or row.output_shape is None:
        return say("layers_page.no_shape", state.language)
    return say(
        "layers_page.shapes",
        state.language,
        before=row.inputs_text,
        after=shape_text(row.output_shape),
        parameters=f"{row.parameters:,}",
    )
