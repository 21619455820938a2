"""The drawing of the network is an editor, in step with the forms, and a keyboard is enough for it."""

from playwright.sync_api import expect


def test_what_is_changed_in_the_drawing_stands_in_the_form_and_the_other_way_round(visit):
    person = visit("en", at="layers")
    drawing = person.page.locator(".network-drawing")
    form = person.page.locator(".st-key-layer-l0 input").first
    drawing.locator("[data-control='more-l0']").focus()
    person.page.keyboard.press("Enter")
    person.settle()
    expect(form).to_have_value("17")
    expect(drawing.locator("[data-control='more-l0']")).to_be_focused()
    form.fill("5")
    form.press("Enter")
    person.settle()
    expect(drawing.locator("[data-control='width-l0']")).to_have_value("5")
    drawing.get_by_role("button", name=person.say("drawn_editor.add", layer="2. Dense")).focus()
    person.page.keyboard.press("Enter")
    expect(drawing.locator("[data-control='add-l1-Dense']")).to_be_focused()
    person.page.keyboard.press("Escape")
    expect(drawing.locator("[data-control='add-l1']")).to_be_focused()
    person.page.keyboard.press("Enter")
    drawing.locator("[data-control='add-l1-Dropout']").click()
    person.settle()
    expect(drawing.locator(".network-card")).to_have_count(3)
    expect(drawing.locator("svg")).to_contain_text("Dropout")
    drawing.locator("[data-control='activation-l0']").select_option("tanh")
    person.settle()
    expect(drawing.locator("svg")).to_contain_text("tanh")
    drawing.locator("[data-control^='remove-']").nth(1).click()
    person.settle()
    expect(drawing.locator(".network-card")).to_have_count(2)
