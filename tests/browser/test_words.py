"""Words of the glossary on any page: found in its sentences, told to a pointer, a finger and the keyboard."""

import json

import pytest
from playwright.sync_api import expect

from lab.texts.glossary import glossary
from pages.ui.component import SHARED
from tests.browser.conftest import LOCALES, SIZES, new_context, settle

PLACE = """(key) => {
  const said = (one) => one.startContainer.data.slice(one.startOffset, one.endOffset);
  const mark = [...CSS.highlights.get("lab-word")].find((one) => said(one) === key);
  const range = document.createRange();
  range.setStart(mark.startContainer, mark.startOffset);
  range.setEnd(mark.endContainer, mark.endOffset);
  mark.startContainer.parentElement.scrollIntoView({ block: "center" });
  const box = range.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}"""
KO = [
    ("손실은 예측이 정답과 다른 만큼 커집니다.", ["손실"]),
    ("손실 함수마다, 에포크마다 층들의 가중치를 봅니다", ["손실 함수", "에포크", "층", "가중치"]),
    ("층화하여 나누고 행복하게", []),  # other words that begin alike
    ("은닉층에서는 유닛 수를, 총손실과 배치크기는", ["은닉층", "유닛"]),
    ("배치 크기 (batch_size)와 배치에서의 갱신입니다.", ["배치 크기", "배치", "갱신"]),
    ("배치 정규화를 하면 과적합이란 것이", ["배치 정규화", "과적합"]),
    ("CTC가 16-유닛-3에서 학습률로", ["CTC", "유닛", "학습률"]),
    ("\u2068손실\u2069 열의 시드는", ["시드"]),  # a person's word between the signs that isolate it
    ("신경망 골프를 합니다", []),
    ("쿨백-라이블러 발산이 발산이면", ["발산"]),
]
EN = [
    ("The loss falls; losses are added, Epochs go by.", ["loss", "losses", "Epochs"]),
    ("Batch sizes, batches and batch_size", ["Batch sizes", "batches"]),
    ("Set model.loss or loss_function, unlosslike", []),
    ("Two hidden layers overfit; a layer's bias", ["hidden layers", "overfit", "layer", "bias"]),
    ("In the target's unit, not a unit", ["unit"]),
    ("Class weights weigh classes", ["Class weights", "classes"]),
]


@pytest.mark.parametrize(("language", "cases"), [("ko", KO), ("en", EN)], ids=["ko", "en"])
def test_words_are_found_with_their_endings_and_not_within_others(blank, language, cases):
    words = [(term.key, term.words[language]) for term in glossary()]
    terms = [{"key": key, "find": word.looked_for, "apart": word.apart} for key, word in words]
    script = """([text, terms, language, sentences]) => {
      const find = new Function(`${text}; return wordFinder;`)()(terms, language);
      return sentences.map((sentence) => find(sentence).map(({ start, end }) => sentence.slice(start, end)));
    }"""
    text = (SHARED / "word_marks.js").read_text(encoding="utf-8")
    found = blank.evaluate(script, json.loads(json.dumps([text, terms, language, [case[0] for case in cases]])))
    assert dict(zip((case[0] for case in cases), found, strict=True)) == dict(cases)


def test_a_word_tells_what_it_means_to_a_pointer_a_finger_and_the_keyboard_and_leads_to_its_lesson(visit):
    person = visit("ko")
    page, card = person.page, person.page.locator(".words-card")
    [term] = [term for term in glossary() if term.key == "batch_size"]
    page.wait_for_function("() => document.querySelector('.words').dataset.found?.includes('batch_size')")

    page.evaluate(PLACE, "배치 크기")
    person.settle()  # it has been scrolled to
    x, y = page.evaluate(PLACE, "배치 크기")
    page.mouse.move(x, y)
    expect(card).to_be_visible()
    expect(card).to_contain_text(term.words["ko"].says)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.mouse.click(x, y)
    expect(card).to_be_visible()
    page.mouse.click(5, 5)
    expect(card).to_be_hidden()

    page.get_by_role("button", name=person.say("words.open")).focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name=person.say("words.open"))
    panel.get_by_role("button", name="배치 크기").focus()
    page.keyboard.press("Enter")
    expect(panel).to_contain_text(term.words["ko"].says)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons*")
    expect(page.locator(".st-key-lesson-head")).to_contain_text("배치 크기")


@pytest.mark.slow
def test_a_finger_on_a_label_opens_the_card_and_no_keyboard(chromium, address):
    context = new_context(chromium, viewport=SIZES["wide"], locale=LOCALES["en"], has_touch=True)  # a tablet
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => document.querySelector('.words')?.dataset.found?.includes('batch_size')")
    settle(page)
    page.touchscreen.tap(*page.evaluate(PLACE, "Batch size"))
    expect(page.locator(".words-card")).to_contain_text("batch size")
    assert page.evaluate("() => document.activeElement.tagName") != "INPUT"
    context.close()
