"""Slow motion in a real browser: keys go through the steps, the drawing is lit, a click follows another unit."""

from playwright.sync_api import expect


def test_keys_go_through_an_update_and_a_click_follows_another_unit(visit):
    person = visit("ko", at="slow_motion")
    page, motion = person.page, person.page.locator(".slow-motion")
    title = motion.locator("h4")
    expect(title).to_have_text(person.say("slow.batch.title"))
    page.keyboard.press("ArrowRight")
    expect(motion).to_have_attribute("data-step", "forward.sum.z1")
    expect(motion.locator("path.sm-wire.sm-weight").first).to_be_attached()
    expect(motion.locator(".sm-equation .sm-strong")).to_be_visible()
    motion.locator("[data-node]").nth(1).locator("[data-unit='2']").click()
    expect(motion.locator(".sm-equation .sm-left")).to_have_text("z3")
    expect(motion).to_have_attribute("data-step", "forward.sum.z1")  # the same step, of another unit
    unit = motion.locator("[data-node]").nth(1).locator("[data-unit='1']")
    expect(unit).to_have_role("button")
    unit.focus()
    page.keyboard.press("Enter")
    expect(motion.locator(".sm-equation .sm-left")).to_have_text("z2")
    expect(motion.locator(".sm-roles")).to_contain_text(person.say("slow.role.weight"))
    page.keyboard.press("End")
    expect(title).to_have_text(person.say("slow.end.title"))
    page.keyboard.press("ArrowLeft")
    expect(motion.locator("button[aria-pressed=true]")).to_have_text(person.say("slow.phase.update"))
    person.on_each_screen("slow-motion")
