"""Code of the note as a person changes it: tables, columns, what Keras would refuse, what is beside it."""

import pytest

from lab.note.code import MINE, cells_of, understood
from lab.note.losses import judged
from lab.note.shelf import places
from lab.note.table_lines import read_table_lines
from lab.texts import LANGUAGES, say_error

PLACES = {place.key: place for place in places()}
CSV = PLACES["csv-read_csv"]


def read(place, old="", new=""):
    assert old in place.code
    return understood(place, place.code.replace(old, new))


def codes(code):
    return [one.code for one in code.findings if one.severity != "note"]


@pytest.mark.parametrize(
    ("x", "columns"),
    [
        ("data.iloc[:, 0:4].values", 4),
        ("data.iloc[:, :-1]", 4),
        ("data.values[:, 1:3]", 2),
        ("data[['sepal_length_cm', 'petal_length_cm']].to_numpy()", 2),
        ("data.drop('species', axis=1)", 4),
        ("data.drop(columns=['species', 'petal_width_cm']).values.astype('float32')", 3),
        ("data.iloc[:, [0, 2]]", 2),
        ("data.iloc[:, ::2]", 2),
    ],
)
def test_the_columns_that_x_takes_are_the_inputs(x, columns):
    code = read(CSV, "data.iloc[:, 0:4].values", x)
    assert len(code.experiment.data.inputs) == columns
    assert code.dataset.input_shape == (columns,)


def test_another_file_and_another_target_are_taken():
    wine = read(CSV, "iris.csv", "data/wine.csv")
    assert wine.table.rows == 178
    other = understood(
        CSV,
        CSV.code.replace("iris.csv", "penguins.csv").replace("pd.get_dummies(data.iloc[:, 4])", "data['body_mass_g']"),
    )
    assert other.experiment.data.target == "body_mass_g"
    assert other.experiment.data.task == "regression"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("iris.csv", "pima-indians-diabetes.csv", "note.no_such_file"),
        ("data.iloc[:, 0:4].values", "data.iloc[0:4, :].values", "note.rows_taken"),
        ("data.iloc[:, 0:4].values", "data.T", "note.rows_taken"),
        ("data.iloc[:, 0:4].values", "data.iloc[:, 0:5]", "note.target_in_x"),
    ],
)
def test_what_cannot_be_meant_is_told_and_the_table_stays_whole(old, new, told):
    code = understood(CSV, CSV.code.replace(old, new).replace("pd.get_dummies(data.iloc[:, 4])", "data.iloc[:, 4]"))
    assert told in codes(code)
    assert code.dataset.input_shape == (4,)
    for finding in code.findings:
        assert all(say_error(finding, language) for language in LANGUAGES)


def test_code_that_reads_no_table_or_one_of_no_known_form_is_left_alone():
    assert read_table_lines("X = 3\ndata = load('iris.csv')") is None
    lines = read_table_lines("d = pd.read_csv('iris.csv')\nX = d.iloc[:, n]\nY = d[f(3)]\nX = other[:, 0]")
    assert (lines.sample, lines.x, lines.y) == ("iris", None, None)


def test_fit_without_compile_takes_the_section_s_setting_and_says_so():
    place = PLACES["fit-fit"]
    code = read(place, "model.compile(optimizer='rmsprop', loss='binary_crossentropy', metrics=['accuracy'])\n")
    assert "note.no_compile" in [one.code for one in code.findings]
    assert code.in_the_way == []


def test_train_test_split_decides_how_many_rows_are_judged():
    code = read(PLACES["train_and_test-split"], "test_size=0.33", "test_size=0.5")
    assert len(code.dataset.validation.rows) == 750


def test_what_does_not_fit_changed_code_is_not_trained_beside_it():
    place = PLACES["losses-wrong_loss"]
    assert [cell.key for cell in cells_of(place, read(place))] == [MINE, "right"]
    same = read(place, "loss='mse'", "loss='categorical_crossentropy'")
    assert [cell.key for cell in cells_of(place, same)] == [MINE]
    graph = understood(place, PLACES["apis-functional"].code.replace("(4,)", "(64,)").replace("Dense(3", "Dense(10"))
    assert MINE in [cell.key for cell in cells_of(place, graph)]


def test_a_network_that_is_too_large_is_in_the_way(monkeypatch):
    monkeypatch.setenv("LAB_PROFILE", "class")
    code = read(PLACES["fit-fit"], "Dense(12,", "Dense(60000,")
    assert [one.code for one in code.in_the_way] == ["model.too_many_parameters"]


def test_a_loss_is_judged_on_the_problem_of_its_output():
    place = PLACES["losses-one_loss"]
    for loss, problem in (("binary_crossentropy", "binary"), ("mae", "regression"), ("mse", "binary")):
        found = judged(read(place, "binary_crossentropy", loss).experiment)
        assert found.problem == problem
        assert next(iter(found.values)) == found.loss
        assert all(found.sentence(language) and found.rows(language) for language in LANGUAGES)
    assert judged(read(PLACES["losses-two_outputs"]).experiment) is None
    assert judged(read(PLACES["losses-ctc"]).experiment) is None
