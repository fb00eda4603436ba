"""The pages in a real browser: no error, no outside address, nothing wider than the screen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.serve import addresses, make_server
from monitor.store.tables import STALE_S
from tests.builders import NOON, a_camera_state, a_minute, an_event
from tests.pages import COACH, PASSWORD, Site, a_site, a_worked_hour

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EVERY_MS = 5000
"""How often the overview renews itself."""
LONG = "a-camera-with-the-longest-name-allowed-1"

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs a browser, and {CHROMIUM} does not exist"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two cameras, one lost; events with and without a picture."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("evidence", "snapshots"):
        (folder / name).mkdir()
        Image.new("RGB", (640, 360), "grey").save(folder / name / "a.jpg")
    site = a_site(folder, cameras=("hall-a", LONG))
    site.add([a_camera_state(snapshot="a.jpg", coach=COACH)])
    reason = "rtsp://viewer:***@10.0.0.7/a/very/long/address/without/a/break: refused the password"
    site.add([a_camera_state(camera=LONG, state="down", reason=reason)])
    site.add([a_minute(NOON - timedelta(minutes=m)) for m in range(1, 60)])
    site.add(a_worked_hour("hall-a"))
    site.add([an_event(NOON - timedelta(minutes=i), evidence="a.jpg") for i in range(30)])
    site.add([an_event(NOON, camera=LONG, severity="notice", zone="packing")])
    return site


@dataclass
class Visit:
    """A browser's page and everything it complained of or asked for."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(request.url))

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path, wait_until="networkidle")

    def log_in(self) -> None:
        self.open("/login")
        self.page.get_by_label("Name").fill("anna")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(self.origin + "/")

    def check(self) -> None:
        path = self.page.url.removeprefix(self.origin)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels wider than the screen"
        assert self.complaints == [], path
        outside = {url for url in self.asked if not url.startswith((self.origin, "data:"))}
        assert outside == set(), path


@pytest.fixture(scope="module")
def origin(site: Site) -> Iterator[str]:
    server = make_server(site.config, "127.0.0.1", 0)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield addresses(server)[0]
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(5)


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["wide", "narrow"])
def visit(request: pytest.FixtureRequest, browser: Browser, origin: str) -> Iterator[Visit]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    yield Visit(context.new_page(), origin)
    context.close()


def test_every_page_is_sound(visit: Visit) -> None:
    visit.log_in()
    visit.check()
    for name in ("Events", "Report", "Cameras", "Upload", "Overview"):
        visit.page.get_by_role("link", name=name, exact=True).click()
        visit.page.wait_for_load_state("networkidle")
        visit.check()
    for path in ("/events?page=2", f"/events?camera={LONG}", "/reports/2026-11-22"):
        visit.open(path)
        visit.check()


def test_an_event_is_opened_from_the_overview(visit: Visit) -> None:
    visit.log_in()
    visit.page.get_by_role("link", name="Deep forward bend").first.click()
    visit.page.wait_for_load_state("networkidle")
    assert visit.page.get_by_role("heading", name="Why it alerted").is_visible()
    assert visit.page.get_by_role("img", name="Trunk flexion over time").is_visible()
    visit.check()


def test_a_picture_is_uploaded_and_its_skeleton_coloured(visit: Visit, tmp_path: Path) -> None:
    picture = tmp_path / "worker.png"
    Image.new("RGB", (300, 400), "grey").save(picture)
    visit.log_in()
    visit.open("/upload")
    visit.page.get_by_label("Choose a picture").set_input_files(picture)
    visit.page.get_by_role("button", name="Analyse").click()
    visit.page.get_by_role("heading", name="One person was found").wait_for()
    visit.page.wait_for_load_state("networkidle")
    visit.page.get_by_label("Bones").fill("#00ff00")
    visit.page.get_by_label("Joints").fill("#ff00ff")
    visit.page.get_by_label("Thickness").fill("10")
    bones, joints = visit.page.locator("[data-bones]"), visit.page.locator("[data-joints]")
    assert bones.get_attribute("stroke") == "#00ff00"
    assert joints.get_attribute("stroke") == "#ff00ff"
    assert bones.get_attribute("stroke-width") == "4"
    visit.page.get_by_text("33 landmarks").click()
    visit.check()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Download picture").click()
    with Image.open(download.value.path()) as drawn:
        red, green, blue = drawn.getpixel((163, 240))  # type: ignore[misc]  # on the right thigh
    assert green > 200 > max(red, blue)


def test_a_dropped_picture_is_taken_and_one_too_large_is_said_at_once(visit: Visit) -> None:
    visit.log_in()
    visit.open("/upload")
    drop = """(size) => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(size)], "x.png", {type: "image/png"}));
      const field = document.querySelector("[data-drop]");
      field.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true}));
      return document.querySelector("#picture").files.length;
    }"""
    assert visit.page.evaluate(drop, 1000) == 1
    assert visit.page.locator("[data-problem]").is_hidden()
    assert visit.page.evaluate(drop, 2_000_000) == 1
    assert visit.page.get_by_text("larger than 1 MB").is_visible()
    assert visit.page.get_by_role("button", name="Analyse").is_disabled()


@pytest.mark.parametrize("trouble", ["gone", "silent"])
def test_the_overview_renews_itself_and_says_when_it_cannot(
    visit: Visit, site: Site, trouble: str
) -> None:
    visit.page.clock.install()
    visit.log_in()
    assert visit.page.get_by_text("1 of 2 cameras are watched").is_visible()
    site.clock.at = NOON + timedelta(seconds=STALE_S + 1)
    visit.page.clock.run_for(EVERY_MS)
    try:
        visit.page.get_by_text("No camera is watched now").wait_for()
    finally:
        site.clock.at = NOON
    if trouble == "gone":
        visit.page.context.set_offline(True)
    else:
        visit.page.route("**/*", lambda _route: None)
    visit.page.clock.run_for(EVERY_MS)
    visit.page.get_by_text("Plumbline has not answered since").wait_for()


def test_everything_is_reached_by_keyboard(visit: Visit) -> None:
    visit.log_in()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "content"
