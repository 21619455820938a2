"""What the tests of pasted programs share: reading one, with every finding a sentence, and what was found."""

from lab.export.pasted.reader import read_keras
from lab.export.pasted.taking import Facts
from lab.texts import LANGUAGES, say_error


def read_onto(experiment, code, **facts):
    """The proposal that pasted code makes for an experiment."""
    proposal = read_keras(code, experiment, Facts(**facts))
    for finding in proposal.findings:
        assert all(say_error(finding, language) for language in LANGUAGES)
    return proposal


def found(proposal, *severities):
    """(line, code) of the findings; of those that matter where no severity is named."""
    return [(f.line, f.code) for f in proposal.findings if f.severity in (severities or ("error", "warning"))]
