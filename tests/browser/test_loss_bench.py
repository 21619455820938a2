"""The loss bench in a real browser: arrow keys move the prediction, the symbols on the curves follow."""

from playwright.sync_api import expect


def test_arrow_keys_move_the_prediction(visit):
    person = visit("ko", at="loss_bench")
    symbol = person.page.locator(".js-plotly-plot .scatterlayer .points path").first
    symbol.wait_for()
    before = symbol.get_attribute("transform") or ""
    slider = person.page.locator(".st-key-loss-bench-regression-prediction- input")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "-0.5")
    expect(symbol).not_to_have_attribute("transform", before)
