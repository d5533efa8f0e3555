"""One comment on a pull request, found again and kept current, whatever happens on the way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.publish.comment import Draft, Posted, State, Status, Thread
from ml_readiness.publish.github import GitHub, Refused
from tests.action.hub import ACTIONS, PERSON, READER, REPOSITORY, Answer, Fault, Hub, Model, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    Client = Callable[..., GitHub]

BOT = "github-actions[bot]"
BAD_GATEWAY = Answer(502, b"<html>Bad Gateway</html>", {"content-type": "text/html"})


def draft(text: str = "Score 71", run: int = 1, attempt: int = 1, name: str = "default") -> Draft:
    return Draft(name, text, "too long", State(run, attempt, "a" * 40, 71))


def thread(client: GitHub) -> Thread:
    return Thread(client, REPOSITORY, 1, client.login())


def post(client: GitHub, one: Draft | None = None) -> Posted:
    return thread(client).post(one or draft())


def bodies(model: Model) -> list[str]:
    return [comment["body"] for comment in model.comments]


@pytest.fixture(params=["model", "emulator"])
def github(request: pytest.FixtureRequest, waits: list[float]) -> Callable[[], GitHub]:
    """A client of the small model, and of the emulator where that is installed."""
    hub: Hub = request.getfixturevalue("hub" if request.param == "model" else "emulator")
    return lambda: GitHub(hub.url, PERSON, pause=waits.append, backoff=0.01)


def test_the_first_run_creates_the_second_updates_and_one_without_news_leaves_it(github: Callable[[], GitHub]) -> None:
    created = post(github())
    updated = post(github(), draft("Score 75", run=2))
    unchanged = post(github(), draft("Score 75", run=3))
    statuses = [posted.status for posted in (created, updated, unchanged)]
    assert statuses == [Status.CREATED, Status.UPDATED, Status.UNCHANGED]
    assert created.url == updated.url == unchanged.url != ""
    (comment,) = github().comments(REPOSITORY, 1)
    assert (comment.body or "").startswith("<!-- ml-readiness:comment id=default v=1 -->\n<!-- ml-readiness:state ")
    assert (comment.body or "").endswith("\nScore 75")


def test_the_comment_is_found_behind_a_hundred_others(github: Callable[[], GitHub]) -> None:
    other = github()
    for number in range(101):
        other.create_comment(REPOSITORY, 1, f"comment {number}")
    assert post(github()).status is Status.CREATED
    assert post(github(), draft("new", run=2)).status is Status.UPDATED
    assert len(github().comments(REPOSITORY, 1)) == 102


def test_projects_have_comments_of_their_own(client: Client, model: Model) -> None:
    post(client(), draft("a", name="services/a"))
    post(client(), draft("b", name="services/b"))
    assert post(client(), draft("a, again", run=2, name="services/a")).status is Status.UPDATED
    assert [body.splitlines()[-1] for body in bodies(model)] == ["a, again", "b"]


@pytest.mark.parametrize(("login", "kind"), [("mallory", "User"), ("octocat", "User")])
def test_a_marker_in_the_comment_of_a_person_means_nothing_to_a_run(
    client: Client, model: Model, login: str, kind: str
) -> None:
    planted = draft("planted", run=999).body()
    model.add(planted, login, kind)
    assert post(client(ACTIONS)).status is Status.CREATED
    assert bodies(model)[0] == planted


def test_a_marker_in_a_foreign_comment_means_nothing_to_a_person(client: Client, model: Model) -> None:
    planted = draft("planted").body()
    model.add(planted, "mallory")
    model.add(planted, BOT, "Bot")
    assert post(client(PERSON)).status is Status.CREATED
    assert bodies(model)[:2] == [planted, planted]


def test_a_comment_without_an_author_is_nobodys(client: Client, model: Model) -> None:
    model.add(draft().body(), BOT, "Bot")
    model.comments[0]["user"] = None
    assert post(client()).status is Status.CREATED


def test_the_marker_of_another_app_means_nothing_to_a_run(client: Client, model: Model) -> None:
    planted = draft("planted").body()
    model.add(planted, "other-app[bot]", "Bot")
    assert Thread(client(), REPOSITORY, 1, BOT).post(draft()).status is Status.CREATED
    assert bodies(model)[0] == planted


def test_the_comment_of_an_app_is_found_though_it_may_not_say_who_it_is(client: Client, model: Model) -> None:
    model.add(draft("old").body(), "our-app[bot]", "Bot")
    assert post(client(), draft("new", run=2)).status is Status.UPDATED


def test_a_marker_in_the_middle_is_a_quotation(client: Client, model: Model) -> None:
    model.add("> " + draft().body(), BOT, "Bot")
    assert post(client()).status is Status.CREATED


def test_of_several_comments_the_oldest_stays(client: Client, model: Model) -> None:
    for text in ("one", "two", "three"):
        model.add(draft(text).body(), BOT, "Bot")
    assert post(client(), draft("four", run=2)).status is Status.UPDATED
    assert [body.splitlines()[-1] for body in bodies(model)] == ["four"]


@pytest.mark.parametrize("newer", [(3, 1), (2, 2)])
def test_an_older_run_that_ends_last_does_not_overwrite(client: Client, model: Model, newer: tuple[int, int]) -> None:
    post(client(), draft("newer", *newer))
    posted = post(client(), draft("older", 2, 1))
    assert (posted.status, posted.why) == (Status.UNCHANGED, "a newer run has reported already")
    assert bodies(model)[0].endswith("newer")


def test_a_comment_with_a_broken_state_is_older_than_all(client: Client, model: Model) -> None:
    broken = draft().body().replace("ml-readiness:state ", "ml-readiness:state AAAA")
    model.add(broken, BOT, "Bot")
    assert post(client(), draft("new")).status is Status.UPDATED


@given(st.text() | st.binary().map(lambda data: f"<!-- ml-readiness:state {data.hex()} -->"))
def test_any_state_can_be_read(body: str) -> None:
    assert State.of(body) is not None


@given(st.builds(State, st.integers(0, 2**63), st.integers(0, 99), st.text(), st.none() | st.integers(0, 100)))
def test_a_state_comes_back(state: State) -> None:
    assert State.of(f"marker\n{state.line()}\ntext") == state


def test_a_state_that_grows_when_unpacked_is_cut() -> None:
    import base64
    import zlib

    bomb = base64.b64encode(zlib.compress(b"[1," + b" " * 5_000_000 + b'1,"a",1]')).decode()
    assert len(bomb) < 8192
    assert State.of(f"<!-- ml-readiness:state {bomb} -->") == State()


def test_ends_of_lines_and_the_number_of_the_run_are_no_news(client: Client, model: Model) -> None:
    text = "Score\n[full report](https://github.com/o/r/actions/runs/{})"
    post(client(), draft(text.format(1)))
    model.comments[0]["body"] = model.comments[0]["body"].replace("\n", "\r\n")
    assert post(client(), draft(text.format(2), run=2)).status is Status.UNCHANGED


def test_a_lost_answer_makes_no_second_comment(client: Client, hub: Hub, model: Model) -> None:
    hub.faults = [Fault("POST", None, happens_first=True)]
    assert post(client()).status is Status.CREATED
    assert len(model.comments) == 1
    assert len(hub.asked("POST")) == 1


def test_the_emulator_has_one_comment_whatever_goes_wrong_on_the_way(emulator: Hub, waits: list[float]) -> None:
    def run(number: int, *faults: Fault) -> Posted:
        emulator.faults = list(faults)
        posted = post(GitHub(emulator.url, PERSON, pause=waits.append, backoff=0.01), draft(f"run {number}", number))
        assert emulator.faults == []
        return posted

    slow = Answer.refusal(429, "slow down", retry_after="7")
    assert run(1, Fault("GET", slow, path="comments"), Fault("POST", None, happens_first=True)).status is Status.CREATED
    assert waits[0] == 7.0
    assert run(2, Fault("GET", BAD_GATEWAY), Fault("PATCH", BAD_GATEWAY), Fault("PATCH", None)).status is Status.UPDATED
    (comment,) = GitHub(emulator.url, PERSON).comments(REPOSITORY, 1)
    assert (comment.body or "").endswith("run 2")
    GitHub(emulator.url, PERSON).delete_comment(REPOSITORY, comment.id)
    assert run(3, Fault("POST", BAD_GATEWAY)).status is Status.CREATED
    assert [c.id != comment.id for c in GitHub(emulator.url, PERSON).comments(REPOSITORY, 1)] == [True]


@pytest.mark.parametrize("fault", [None, BAD_GATEWAY])
def test_a_lost_question_is_asked_again(client: Client, hub: Hub, model: Model, fault: Answer | None) -> None:
    hub.faults = [Fault("POST", fault)]
    assert post(client()).status is Status.CREATED
    assert len(model.comments) == 1
    assert len(hub.asked("POST")) == 2


def test_a_server_that_stays_away_is_given_up(client: Client, hub: Hub, model: Model) -> None:
    hub.faults = [Fault("POST", BAD_GATEWAY)] * 2
    with pytest.raises(Refused, match="502"):
        post(client())
    assert model.comments == []


def test_a_comment_that_is_deleted_meanwhile_is_made_anew_once(client: Client, hub: Hub, model: Model) -> None:
    model.add(draft("old").body(), BOT, "Bot")
    handle = model.handle

    class Deleting:
        def handle(self, request: Request) -> Answer:
            if request.method == "PATCH":
                model.comments.clear()
            return handle(request)

    hub.backend = Deleting()
    assert post(client(), draft("new", run=2)).status is Status.CREATED
    assert [body.splitlines()[-1] for body in bodies(model)] == ["new"]


def test_a_comment_that_cannot_be_changed_is_replaced_once(client: Client, hub: Hub, model: Model) -> None:
    model.add(draft("stuck").body(), "other-app[bot]", "Bot")
    hub.faults = [Fault("PATCH", Answer.refusal(404, "Not Found"))] * 2
    assert post(client(), draft("new", run=2)).status is Status.CREATED
    assert [body.splitlines()[-1] for body in bodies(model)] == ["stuck", "new"]


def test_a_text_that_is_too_long_for_github_is_said_shorter(client: Client, model: Model) -> None:
    assert post(client(), draft("x" * 70_000)).status is Status.CREATED
    assert bodies(model)[0].endswith("too long")


def test_another_validation_error_is_no_reason_to_say_less(client: Client, hub: Hub) -> None:
    hub.faults = [Fault("POST", Answer.refusal(422, "Validation Failed"))]
    with pytest.raises(Refused, match="422 Validation Failed"):
        post(client())
    assert len(hub.asked("POST")) == 1


def test_a_read_only_token_may_not_write(client: Client, model: Model) -> None:
    with pytest.raises(Refused) as refused:
        post(client(READER))
    assert refused.value.is_read_only
    assert model.comments == []


def test_silence_holds_for_the_first_comment_only(client: Client, hub: Hub, model: Model) -> None:
    silent = thread(client())
    assert silent.post(draft(), if_new=lambda: "nothing changed") == Posted(Status.SKIPPED, why="nothing changed")
    assert hub.asked("POST") == []
    post(client(), draft("red"))
    assert silent.post(draft("all clear", run=2), if_new=lambda: "nothing changed").status is Status.UPDATED
    assert bodies(model)[0].endswith("all clear")


def test_two_runs_at_once_end_with_one_comment_of_the_newer_run(hub: Hub, model: Model) -> None:
    barrier = threading.Barrier(2)
    create = model.handle

    class Racing:
        def handle(self, request: Request) -> Answer:
            if request.method == "POST":
                barrier.wait(5)
            return create(request)

    hub.backend = Racing()
    posted: dict[int, Posted] = {}

    def run(number: int) -> None:
        posted[number] = post(GitHub(hub.url, ACTIONS, pause=lambda _: None), draft(f"run {number}", number))

    threads = [threading.Thread(target=run, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(model.comments) == 1
    assert bodies(model)[0].endswith("run 2")
