"""Every limit of the lab in one table, with two profiles: a person alone, and a class on one server.

The profile is chosen by the environment variable LAB_PROFILE ("alone" or "class"); "alone" is the default.
"""

import os
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class VisitorLimits:
    """What one browser may ask of a server that others use too; none of it is met by a person at work.

    Counts are of what is open at once, `_per_minute` of what begins, on average over some minutes.
    """

    pages: int
    pages_per_minute: int
    messages_per_minute: int  # of all its pages: a click, a key, a clock on a page
    messages_at_once: int
    pages_of_address: int  # of all browsers behind one router together: far above a class
    pages_of_all: int
    streams: int
    streams_of_all: int
    uploads: int
    uploads_per_minute: int
    upload_bytes_per_minute: int
    uploads_held_bytes: int  # in the server's memory
    upload_pause_s: float  # of waiting for a file, in which so much of it comes
    upload_pause_bytes: int
    asked_per_minute: int  # by playgrounds, each turn of a knob
    starts_per_minute: int  # of runs and studies; a slider that is drawn along starts many


@dataclass(frozen=True)
class Limits:
    """Upper bounds; each refusal names the number.

    Sizes are in bytes, times in seconds unless the name says otherwise. None means no bound.
    """

    # a table
    upload_bytes: int
    uploads_bytes: int  # of all files that are held, until a page takes them, or on their way
    line_bytes: int  # of a file, in UTF-8
    rows: int
    columns: int
    cell_characters: int
    readings: int  # files read at once, each in a process of its own
    reading_s: float
    reading_memory_bytes: int
    desk_bytes: int  # files and tables of all owners together
    classes: int
    categories: int  # of a column, put in order by hand
    generated_points: int  # of a table made by a formula
    drawn_points: int  # by hand
    # an experiment
    layers: int
    graph_inputs: int  # of a functional model
    graph_outputs: int
    graph_reads: int  # tensors that one layer merges
    window_rows: int  # length and reach of a window of rows
    parameters: int
    activations: int  # numbers that all layers hold for one batch while training
    row_activations: int  # for one row: so much is looked at in one go, wherever the network is asked
    steps_in_turn: int  # of all layers over time: each has views of its own, and no other can be made meanwhile
    update_multiplications: int  # for one batch on the way forward: others wait that long
    pass_multiplications: int  # for all rows: so long takes a look at every one
    epochs: int
    forks: int  # one behind another
    study_runs: int  # of one study, seeds counted
    study_updates: int  # of all its runs together
    study_values: int  # of all rows that they learn from; those that several share count once
    train_values: int  # rows x features after one-hot encoding
    seed: int
    experiment_characters: int  # of its JSON text: a link or a file
    # runs
    running_s: float | None
    replay_s: float | None  # training again on the way back to an epoch
    inside_numbers: int  # of all layers together, when a network is looked into
    landscape_s: float  # that a slice of the loss may take
    looks: int  # into runs, worked out at once, each in a process of its own
    look_s: float
    look_memory_bytes: int
    active_runs_per_worker: int
    worker_memory_bytes: int
    checkpoint_bytes: int  # of one run
    kept_runs: int  # of one owner
    kept_runs_bytes: int | None
    kept_runs_hours: float | None
    live_runs_bytes: int  # of the web process, for all runs that go on or wait; who finds no room waits
    ended_runs_bytes: int  # of all owners' ended runs that can still go on
    ended_runs_in_reach: int  # of one owner, the newest, that can still go on; the others are only kept
    reader_grace_s: float
    paused_with_worker_s: float  # without a command; then it goes on from its snapshot, which takes a moment longer
    paused_without_reader_s: float
    link_characters: int
    lesson_characters: int  # of each of a lesson's files
    lesson_seeds: int
    progress_bytes: int  # of a learner's record, in the browser or a file
    homework_characters: int  # of a task or a hand-in
    hand_ins: int  # that a teacher opens at once
    judging_s: float  # of computing, to make their runs again
    # a server
    visitors: VisitorLimits | None


ALONE = Limits(
    upload_bytes=200_000_000,
    uploads_bytes=2_000_000_000,
    line_bytes=10_000_000,
    rows=1_000_000,
    columns=5_000,
    cell_characters=1_000_000,
    readings=2,
    reading_s=600.0,
    reading_memory_bytes=6_000_000_000,
    desk_bytes=4_000_000_000,
    classes=100,
    categories=1_000,
    generated_points=5_000,
    drawn_points=1_000,
    layers=30,
    graph_inputs=10,
    graph_outputs=10,
    graph_reads=10,
    window_rows=10_000,
    parameters=5_000_000,
    activations=1_000_000_000,  # four bytes each: all that a worker may have
    row_activations=50_000_000,
    steps_in_turn=50_000,
    update_multiplications=20_000_000_000,  # some seconds: a worker that is silent for ten is taken for dead
    pass_multiplications=20_000_000_000_000,
    epochs=20_000,
    forks=10,
    study_runs=400,
    study_updates=5_000_000,
    study_values=500_000_000,
    train_values=100_000_000,
    seed=2**32 - 1,
    experiment_characters=2_000_000,
    running_s=None,
    replay_s=None,
    inside_numbers=50_000_000,
    landscape_s=10.0,
    looks=2,
    look_s=3600.0,
    look_memory_bytes=6_000_000_000,
    active_runs_per_worker=200,
    worker_memory_bytes=4_000_000_000,
    checkpoint_bytes=20_000_000,
    kept_runs=500,
    kept_runs_bytes=None,
    kept_runs_hours=None,
    live_runs_bytes=4_000_000_000,
    ended_runs_bytes=500_000_000,
    ended_runs_in_reach=20,
    reader_grace_s=3600.0,  # a long training goes on while its owner reads in another tab
    paused_with_worker_s=3600.0,
    paused_without_reader_s=600.0,
    link_characters=8_000,
    lesson_characters=60_000,
    lesson_seeds=10,
    progress_bytes=2_500_000,
    homework_characters=200_000,
    hand_ins=60,
    judging_s=3600.0,
    visitors=None,
)

CLASS = replace(
    ALONE,
    upload_bytes=20_000_000,
    uploads_bytes=400_000_000,
    line_bytes=1_000_000,
    rows=100_000,
    columns=1_000,
    cell_characters=10_000,
    reading_s=60.0,
    reading_memory_bytes=1_500_000_000,
    desk_bytes=400_000_000,
    parameters=500_000,
    activations=50_000_000,
    row_activations=5_000_000,
    steps_in_turn=5_000,
    update_multiplications=5_000_000_000,
    pass_multiplications=50_000_000_000,
    study_runs=150,
    study_updates=500_000,
    study_values=30_000_000,  # four bytes each, while they are prepared
    train_values=5_000_000,
    running_s=600.0,
    replay_s=20.0,
    inside_numbers=5_000_000,
    landscape_s=3.0,
    look_s=60.0,
    look_memory_bytes=1_500_000_000,
    judging_s=600.0,
    active_runs_per_worker=150,  # of ready-made starts: each then still moves three times a second
    worker_memory_bytes=2_000_000_000,
    checkpoint_bytes=2_000_000,
    kept_runs=100,
    kept_runs_bytes=100_000_000,
    kept_runs_hours=24.0,
    live_runs_bytes=300_000_000,
    ended_runs_bytes=4_000_000,  # some 120 of ready-made starts
    ended_runs_in_reach=5,
    reader_grace_s=30.0,
    paused_with_worker_s=20.0,
    visitors=VisitorLimits(
        pages=20,
        pages_per_minute=60,
        messages_per_minute=600,
        messages_at_once=30,
        pages_of_address=1_000,
        pages_of_all=4_000,
        streams=20,
        streams_of_all=1_000,
        uploads=64,  # a teacher opens the hand-ins of a class
        uploads_per_minute=120,
        upload_bytes_per_minute=100_000_000,
        uploads_held_bytes=100_000_000,
        upload_pause_s=20.0,
        upload_pause_bytes=80_000,  # a table of two megabytes in eight minutes, by a telephone in a cellar
        asked_per_minute=1_200,
        starts_per_minute=120,
    ),
)

PROFILES = {"alone": ALONE, "class": CLASS}


def current_limits() -> Limits:
    """The limits of the profile named by LAB_PROFILE; an unknown name is an error, not a silent default."""
    name = os.environ.get("LAB_PROFILE", "alone")
    if name not in PROFILES:
        raise SystemExit(f"LAB_PROFILE must be one of {', '.join(PROFILES)}, but is {name!r}.")
    return PROFILES[name]
