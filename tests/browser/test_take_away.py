"""A run taken away in a real browser: the report opens by itself, the archive brings the experiment back."""

from playwright.sync_api import expect


def downloaded(person, name, folder):
    """The file behind a button, kept in `folder`."""
    with person.page.expect_download() as found:
        person.page.locator(f".st-key-parcel-{name} button").click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


def test_report_and_archive_are_taken_away_and_opened_again(visit, tmp_path):
    person = visit("ko", "phone")
    person.train()
    person.watch_curve()
    person.go_to("evaluate")
    person.page.locator(".st-key-parcel-report").scroll_into_view_if_needed()
    person.settle()
    person.screenshot("take-away")
    person.assert_fits()
    page, archive = downloaded(person, "report", tmp_path), downloaded(person, "keras", tmp_path)

    complaints = []
    report = person.context.new_page()
    report.on("console", lambda message: complaints.append(message.text))
    report.on("request", lambda request: complaints.append(request.url) if request.url != page.as_uri() else None)
    report.goto(page.as_uri())
    expect(report.locator("svg[role=img]").first).to_be_visible()
    expect(report.locator(".verdict")).to_be_visible()
    assert report.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert complaints == []
    report.close()

    person.open_start("penguins")
    person.page.locator("[data-testid='stPopover'] button", has_text=person.say("share.open")).click()
    person.page.locator("[class*='experiment-file'] input[type=file]").set_input_files(archive)
    opened = person.say("share.file_opened", name="…").partition("…")[2]
    expect(person.page.get_by_text(opened)).to_be_attached()
    person.page.keyboard.press("Escape")
    person.go_to("data")
    expect(person.step_here).to_contain_text("species")
    expect(person.step_here).to_contain_text("90/30/30")  # iris again, not the penguins
