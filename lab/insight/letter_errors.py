"""How well a network read at each epoch whose state was kept: CTC has no metric that could be counted on the way."""

from lab.data.prepare import Dataset, PartName
from lab.errors import RunError
from lab.insight.ctc import greedy, letter_error
from lab.runs.kept.record import RunRecord
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import unpack_arrays
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.work.build import build_model


def letter_errors(
    record: RunRecord, checkpoints: Checkpoints, dataset: Dataset, part: PartName = "validation"
) -> dict[int, float]:
    """Epoch -> share of letters that are wrong, of the epochs kept and the last good one.

    Raises:
        RunError "run.damaged": a state is not of this run.
    """
    seen = dataset.part(part)
    model = build_model(run_spec(record.experiment, dataset)[0])
    found = {}

    def read(epoch: int) -> None:
        found[epoch] = letter_error(seen.target, greedy(model.predict(seen.x, verbose=0)))

    try:
        for epoch, state in sorted(checkpoints.items()):
            if epoch < record.last_good_epoch:
                model.set_weight_state(unpack_arrays(state)[1])
                read(epoch)
        model.set_weights(record.weights)
    except (ValueError, KeyError, TypeError):
        raise RunError("run.damaged") from None
    read(record.last_good_epoch)
    return found
