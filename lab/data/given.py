"""Tables that need no file of a person's: samples, and what a formula makes."""

from lab.data.playground import generated
from lab.data.samples import load_sample
from lab.data.table import Table
from lab.spec.data import PlaygroundSource, ReadingSpec, SampleSource


def given_table(source: SampleSource | PlaygroundSource, reading: ReadingSpec) -> Table:
    """The table of a source. Raises DataError "data.no_such_sample"; TableError: not to be read in this way.

    Args:
        reading: how a sample's file is read; what is generated is read nowhere.
    """
    return generated(source) if isinstance(source, PlaygroundSource) else load_sample(source.name, reading)
