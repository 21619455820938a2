"""On a dark screen: charts stand on the page itself; a sample by hand is answered; an advice applies itself."""

import re

from playwright.sync_api import expect

EPOCHS = 20
DARK = 60  # of 255: no part of a dark page at rest is brighter than this but for letters, lines and marks
# what each chart lays behind itself, and how bright its letters are
CHARTS = """() => [...document.querySelectorAll('.js-plotly-plot')].map(chart => {
  const seen = element => element ? getComputedStyle(element) : {};
  const colour = text => (text || '').match(/[0-9.]+/g)?.map(Number) || [];
  const behind = [...chart.querySelectorAll('.main-svg, .bg, .plotbg')];
  const papers = behind.map(e => e.tagName === 'svg' ? seen(e).backgroundColor : seen(e).fill + seen(e).fillOpacity);
  const clear = behind.every(e => {
    const style = seen(e), fill = colour(e.tagName === 'svg' ? style.backgroundColor : style.fill);
    return e.tagName === 'svg' ? fill[3] === 0 : fill[3] === 0 || style.fillOpacity === '0' || style.fill === 'none';
  });
  const letters = [...chart.querySelectorAll('.xtick text, .ytick text')].map(e => colour(seen(e).fill));
  const font = seen(chart.querySelector('.xtick text, .ytick text')).fontFamily;
  return {clear, papers, darkest: Math.min(255, ...letters.map(c => Math.min(c[0], c[1], c[2]))), font};
})"""
PAGE = """() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"""
FONT = """() => getComputedStyle(document.querySelector('[data-testid=stMain]')).fontFamily"""
ANSWER = ".st-key-try-it h4"


def numbers(colour: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", colour)]


def test_on_a_dark_screen_charts_are_dark_and_a_sample_by_hand_is_answered_at_once(visit):
    person = visit("ko", theme="dark")
    person.set_epochs(EPOCHS)
    person.press("train")
    person.page.locator(".st-key-verdict").wait_for()
    person.go_to("evaluate")
    person.page.locator(".st-key-try-it .js-plotly-plot .xtick").first.wait_for()
    person.settle()
    assert max(numbers(person.page.evaluate(PAGE))[:3]) < DARK
    charts = person.page.evaluate(CHARTS)
    assert len(charts) >= 5  # curves, confusion, ROC, precision and recall, the answer
    for chart in charts:
        assert chart["clear"], chart
        assert chart["darkest"] > 150, chart  # letters are bright
        assert chart["font"].split(",")[0] == person.page.evaluate(FONT).split(",")[0]  # one font everywhere
    person.screenshot("evaluate-dark")

    # the knobs at their ends: the answer moves, and the rest of the page does not run again
    before = person.page.locator(ANSWER).inner_text()
    drawn = person.page.locator(".st-key-verdict").first.evaluate("element => element.dataset.kept = 'yes'")
    assert drawn == "yes"
    petal = person.page.get_by_role("slider", name="petal_length_cm")
    petal.focus()
    person.page.keyboard.press("End")
    expect(person.page.locator(ANSWER)).not_to_have_text(before)
    expect(person.page.locator(".st-key-verdict[data-kept=yes]")).to_have_count(1)
    ring = petal.evaluate("element => getComputedStyle(element).outlineStyle + getComputedStyle(element).boxShadow")
    assert ring != "nonenone"  # whoever goes by keyboard sees where
    person.assert_fits()


def test_an_advice_applies_itself_and_lays_both_curves_over_each_other(visit):
    person = visit("en")
    person.set_epochs(3)
    person.press("train")
    person.page.locator(".st-key-verdict").wait_for()
    person.settle()
    person.page.locator("[class*='st-key-try-']:not(.st-key-try-it) button:visible").first.click()
    trial = person.page.locator(".st-key-trial")
    trial.wait_for()
    trial.locator(".js-plotly-plot .scatterlayer .trace").nth(3).wait_for()  # two settings, each a line and its band
    expect(trial).to_contain_text(re.compile("(It helped|made things worse|Not to be told from luck|did not help)"))
    expect(person.button("trial-open")).to_be_visible()
