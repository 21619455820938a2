"""Names of registered parts and their arguments in a person's language; what has no entry shows its Keras word."""

from lab.texts import Language, has_text, say


def name_of(kind: str, part: str, language: Language) -> str:
    """Name of a registered part, such as kind "layer", part "Dense"."""
    key = f"{kind}.{part}"
    return say(key, language) if has_text(key) else part


def about(kind: str, part: str, language: Language) -> str:
    """What a registered part is for; empty where the catalogue has no entry."""
    key = f"{kind}.{part}.about"
    return say(key, language) if has_text(key) else ""


def argument_name(kind: str, part: str, argument: str, language: Language) -> str:
    """Label of an argument: the part's own entry, the common one of that name, or the Keras word."""
    for key in (f"{kind}.{part}.{argument}", f"argument.{argument}"):
        if has_text(key):
            return say(key, language)
    return argument


def argument_help(kind: str, part: str, argument: str, language: Language) -> str | None:
    """What an argument is for: the part's own entry, or the common one of that name."""
    for key in (f"{kind}.{part}.{argument}.help", f"argument.{argument}.help"):
        if has_text(key):
            return say(key, language)
    return None
