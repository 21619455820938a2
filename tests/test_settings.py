"""The settings that the repository brings along, without which a class would wait."""

import tomllib
from pathlib import Path

from streamlit import config

CONFIG = Path(__file__).parent.parent / ".streamlit" / "config.toml"


def test_what_costs_time_with_every_open_page_is_switched_off() -> None:
    """Both grow with the number of sessions or modules, and Streamlit has them on by default."""
    settings = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert settings["server"]["fileWatcherType"] == "none"
    assert settings["runner"]["postScriptGC"] is False


def test_a_browser_keeps_large_messages_longer_than_screens_overtake_each_other() -> None:
    """With Streamlit's own two, quick ways between pages ended in "Cached ForwardMsg MISS" and a page that was lost."""
    settings = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert settings["global"]["maxCachedMessageAge"] >= 20


def test_a_button_that_sets_a_field_leaves_no_trace_in_the_log() -> None:
    """Streamlit takes it for a mistake of ours: the first click on ÷10 of a server's life wrote where it came from."""
    settings = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert settings["global"]["disableWidgetStateDuplicationWarning"] is True


def test_streamlit_knows_every_setting() -> None:
    """One that it has renamed would be passed over with a line in the log that nobody reads."""
    settings = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    named = {f"{section}.{name}" for section, values in settings.items() for name in values}
    assert named <= set(config.get_config_options())
