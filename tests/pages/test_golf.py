"""Golf: a hole is opened, played on the train page, and scored without anybody asking."""


def test_a_hole_is_played_and_scored(person_in, language):
    person = person_in.go_to("golf")
    assert len(person.at.get("plotly_chart")) == 1
    person.press("golf-play").go_to("train")  # the test's screen does not follow by itself
    assert person.experiment.data.source.name == "gauss"
    person.set_number(20, "fit.epochs")
    person.train()
    person.go_to("golf")
    card = person.at.dataframe[0].value
    assert card.iloc[0, 5] == 1
    assert card.iloc[0, 3].endswith("(#1)")
    assert len(card) == 6
