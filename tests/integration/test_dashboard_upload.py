"""A picture in: refused, analysed, answered from what is kept, deleted."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from io import BytesIO
from pathlib import Path
from threading import Event, Semaphore
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboard.analyst import Analysed
from dashboard.desk import BusyError, Desk
from monitor.store import users
from monitor.store.tables import Analysis
from tests.builders import NOON
from tests.fakes_analyst import FakeAnalysed, FakeAnalyst
from tests.pages import Site, a_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = a_site(tmp_path)
    site.log_in()
    return site


def a_picture(kind: str = "PNG", colour: str = "grey") -> bytes:
    out = BytesIO()
    Image.new("RGB", (200, 300), colour).save(out, kind)
    return out.getvalue()


def upload(site: Site, data: bytes, name: str = "x.png", **more: Any) -> TestResponse:
    form = {"picture": (BytesIO(data), name), "blur": "on", **more.pop("form", {})}
    return site.post("/upload", {k: v for k, v in form.items() if v is not None}, **more)


def kept(site: Site) -> list[Analysis]:
    with site.config.sessions() as session:
        return list(session.scalars(select(Analysis)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_back_with_skeleton_table_and_json(site: Site, kind: str) -> None:
    page = upload(site, a_picture(kind), "holiday.txt").headers["Location"]
    html = site.client.get(page).get_data(as_text=True)
    assert "One person was found" in html
    assert html.count("<line") > 30
    assert "left shoulder" in html
    result = site.client.get(f"{page}.json").get_json()
    assert (result["width"], result["height"], result["blurred"]) == (200, 300, True)
    assert len(result["people"][0]["landmarks"]) == 33
    plain = Image.open(BytesIO(site.client.get(f"{page}/plain.jpg").data))
    assert plain.size == (200, 300)


def test_the_same_picture_is_answered_from_what_is_kept(site: Site) -> None:
    first = upload(site, a_picture()).headers["Location"]
    assert upload(site, a_picture(), "other.png").headers["Location"] == first
    assert site.analyst.calls == [True]
    upload(site, a_picture(colour="red"))
    assert site.analyst.calls == [True, True]


def test_an_unblurred_picture_is_never_kept(site: Site) -> None:
    page = upload(site, a_picture(), form={"blur": None}).headers["Location"]
    assert site.analyst.calls == [False]
    assert site.client.get(f"{page}/plain.jpg").status_code == 200
    assert [row.picture for row in kept(site)] == [b""]
    with site.config.sessions() as session, session.begin():
        users.add(session, "bert", "correct-horse-battery", NOON)
    site.post("/logout", {})
    site.post("/login", {"name": "bert", "password": "correct-horse-battery"})
    assert site.client.get(f"{page}/plain.jpg").status_code == 404


def test_an_unblurred_picture_is_forgotten_after_a_while(site: Site) -> None:
    page = upload(site, a_picture(), form={"blur": None}).headers["Location"]
    site.clock.sleep(901)
    assert site.client.get(f"{page}/plain.jpg").status_code == 404
    html = site.client.get(page).get_data(as_text=True)
    assert "so it is not kept" in html
    skeleton = Image.open(BytesIO(site.client.get(f"{page}/picture.jpg").data))
    assert skeleton.size == (200, 300)
    upload(site, a_picture(), form={"blur": None})
    assert site.client.get(f"{page}/plain.jpg").status_code == 200


def test_the_skeleton_is_drawn_in_the_colours_asked_for(site: Site) -> None:
    page = upload(site, a_picture()).headers["Location"]
    style = {"bones": "#ff0000", "joints": "#0000ff", "thickness": "12"}
    answer = site.client.get(f"{page}/picture.jpg", query_string=style)
    assert "attachment" in answer.headers["Content-Disposition"]
    red, green, blue = Image.open(BytesIO(answer.data)).getpixel((109, 180))  # type: ignore[misc]
    assert red > 180
    assert green < 100
    assert blue < 100


@pytest.mark.parametrize(
    "style",
    [
        {"bones": "red"},
        {"joints": "#12345g"},
        {"thickness": "0"},
        {"thickness": "13"},
        {"thickness": "x"},
    ],
)
def test_a_style_that_cannot_be_is_refused(site: Site, style: dict[str, str]) -> None:
    page = upload(site, a_picture()).headers["Location"]
    assert site.client.get(f"{page}/picture.jpg", query_string=style).status_code == 400


@pytest.mark.parametrize(
    ("data", "name", "status", "words"),
    [
        (b"", "x.jpg", 422, "The file is empty"),
        (b"just words", "x.jpg", 415, "not a JPEG, PNG or WebP picture"),
        (a_picture()[:60], "x.png", 422, "The picture is damaged and cannot be read."),
        (b"\xff\xd8\xff" + bytes(1024 * 1024), "x.jpg", 413, "up to 1 MB"),
        (bytes(2 * 1024 * 1024), "x.jpg", 413, "up to 1 MB"),
        (b"x", "", 400, "No picture came"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence_and_is_not_kept(
    site: Site, data: bytes, name: str, status: int, words: str
) -> None:
    answer = upload(site, data, name)
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)
    answer = upload(site, data, name, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert words in answer.get_json()["error"]
    assert kept(site) == []


def test_a_result_is_deleted(site: Site) -> None:
    page = upload(site, a_picture()).headers["Location"]
    assert page in site.client.get("/upload").get_data(as_text=True)
    assert site.post(f"{page}/delete", {}).status_code == 303
    assert kept(site) == []
    for path in (page, f"{page}.json", f"{page}/plain.jpg", f"{page}/picture.jpg"):
        assert site.client.get(path).status_code == 404


def test_a_picture_with_nobody_says_so(site: Site) -> None:
    page = upload(site, a_picture()).headers["Location"]
    with site.config.sessions() as session, session.begin():
        row = session.get_one(Analysis, page.rpartition("/")[2])
        row.result = {**row.result, "people": []}
    assert "Nobody was found" in site.client.get(page).get_data(as_text=True)


class BreakingAnalyst:
    def analyze(self, data: bytes, *, blur: bool) -> Analysed:
        raise ZeroDivisionError


def test_a_mistake_of_ours_is_said_without_its_inside(tmp_path: Path) -> None:
    site = a_site(tmp_path, analyst=BreakingAnalyst())
    site.log_in()
    answer = upload(site, a_picture())
    assert answer.status_code == 500
    assert "Plumbline made a mistake" in answer.get_data(as_text=True)
    assert "ZeroDivisionError" not in answer.get_data(as_text=True)


class WaitingAnalyst(FakeAnalyst):
    """Looks at a picture only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.started, self.may_go_on = Semaphore(0), Event()

    def analyze(self, data: bytes, *, blur: bool) -> FakeAnalysed:
        self.started.release()
        self.may_go_on.wait(30)
        return super().analyze(data, blur=blur)


def test_a_crowd_of_uploads_leaves_threads_for_the_pages(tmp_path: Path) -> None:
    analyst = WaitingAnalyst()
    site = a_site(tmp_path, analyst=analyst)
    with site.config.sessions() as session:
        anna = users.everyone(session)[0].id
    desk = Desk(site.clock)

    def answer() -> str:
        with site.app.app_context():
            return desk.answer(a_picture(), blur=True, user=anna)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(answer)
        assert analyst.started.acquire(timeout=30)
        answers = [pool.submit(answer) for _ in range(3)]
        refused = next(as_completed(answers, timeout=30))
        assert isinstance(refused.exception(), BusyError)
        analyst.may_go_on.set()
        digests = {done.result() for done in (first, *answers) if done is not refused}
    assert len(digests) == 1
    assert analyst.calls == [True]
