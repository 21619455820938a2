"""The wire: what goes in comes out, and nothing but plain values and our own classes ever comes out."""

import io

import numpy as np
import pytest

from lab.runs.orders.study import study_specs
from lab.runs.wire.arrays import pack_arrays, part, unpack_arrays
from lab.runs.wire.messages import (
    Checkpoint,
    Frame,
    Frames,
    Hello,
    Pause,
    Ping,
    Pong,
    Reason,
    SetLearningRate,
    Snapshot,
    SoFar,
    Start,
    Status,
    Step,
    Taken,
    command_of,
    order,
    pack,
    read_messages,
    unpack,
    write_messages,
)
from lab.runs.wire.spec import KnobTurn
from tests.lab.runs.runs import iris, spec_of, with_rate
from tests.lab.runs.test_study import cells


@pytest.mark.parametrize(
    "message",
    [
        Hello(1, 4711, 1),
        Frames(
            [
                Frame("a", 1, 3, b"id:3\n\n", b"event:weights\n\n"),
                Frame("b", 4, 4, b""),
                Frame("c", 1, 1, b"", b"x", b"yz"),
            ]
        ),
        Snapshot("a", 7, bytes(range(256))),
        Snapshot("a", 7, b"", SoFar(70, 0.25, 3)),
        Taken([Checkpoint("a", 1, b"abc"), Checkpoint("b", 2, b""), Checkpoint("a", 2, bytes(range(256)))]),
        Ping(7, 0.125, 1),
        Ping(8),
        Pong(7, 200, (0.25, 1.5), 3, 1.25),
        Start(
            "a", spec_of(iris(3))[0], {"x": "x.npy"}, b"\0\1", None, (order("a", 1, Pause()), order("a", 2, Step(3)))
        ),
        Start("a", spec_of(with_rate(iris(9).forked(4), 0.2))[0], {}, b"", 30.0, ()),
        Start("a", study_specs(cells(2), 1, predict=True)[0].spec, {}, b"", None, ()),
        Status(
            "a", "diverged", 1, 2, 3, 4, 0.5, 0.1, 8, (KnobTurn(0, 2, "epochs", 9),), Reason("x", {"y": [1, "z"]}), 7
        ),
        Status("a", "failed", 1, 2, 3, 4, 0.5, 0.1, 8, (), Reason("x", {"text": '{"bytes":3}'})),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_comes_out_as_it_went_in(message):
    assert unpack(pack(message)) == message


def test_a_command_keeps_its_values_and_goes_by_its_name():
    assert command_of(order("a", 1, SetLearningRate(0.5))) == SetLearningRate(0.5)
    assert command_of(order("a", 2, Step(3))) == Step(3)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0\0\2[]", b'\0\0\0\x0d["Unknown",{}]', b'\0\0\0\x19["Pong",{"number":"one"}]', b'\0\0\0\x09["Pong",{}]'],
    ids=["empty", "short", "unknown", "type", "missing"],
)
def test_bytes_that_are_no_message_are_refused(data):
    with pytest.raises((ValueError, TypeError)):
        unpack(data)


def test_what_is_no_plain_value_cannot_be_sent():
    with pytest.raises(TypeError):
        pack(Snapshot("a", 1, object()))  # type: ignore[arg-type]


def test_messages_follow_each_other_on_a_pipe_and_a_torn_one_ends_it():
    pipe = io.BytesIO()
    write_messages(pipe, [Hello(0, 1, 1), Snapshot("a", 1, b"abc")])
    torn = io.BytesIO(pipe.getvalue()[:-1])
    assert list(read_messages(io.BytesIO(pipe.getvalue()))) == [Hello(0, 1, 1), Snapshot("a", 1, b"abc")]
    assert list(read_messages(torn)) == [Hello(0, 1, 1)]


class Dripping(io.BytesIO):
    """A pipe of which so little has come at a time that no length is whole."""

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(min(size or 0, 3))


def test_messages_that_come_in_pieces_come_out_whole():
    said = [Hello(0, 1, 1), Snapshot("a", 1, bytes(100)), Ping(8)]
    pipe = Dripping()
    write_messages(pipe, said)
    pipe.seek(0)
    assert list(read_messages(pipe)) == said


def test_arrays_come_back_bit_for_bit_with_their_types_and_shapes():
    arrays = {
        "weights/0": np.array([[0.1, -0.0], [np.nan, np.inf]], np.float32),
        "stream": np.array([2**64 - 1], np.uint64),
        "text": np.array(b"loss\nval_loss"),
        "empty": np.empty((0, 3)),
        "transposed": np.arange(6.0).reshape(2, 3).T,
    }
    values, back = unpack_arrays(pack_arrays({"epoch": 3}, arrays))
    assert values == {"epoch": 3}
    assert back.keys() == arrays.keys()
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()
    assert list(part(back, "weights/")) == ["0"]


def test_arrays_of_objects_are_neither_written_nor_read():
    with pytest.raises(TypeError):
        pack_arrays({}, {"a": np.array([object()])})
    with pytest.raises(ValueError):
        unpack_arrays(b'[{},[["a","|O",[1]]]]\n' + bytes(8))
