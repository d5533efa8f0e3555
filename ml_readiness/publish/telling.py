"""Whether, where and what to comment, and what went wrong in words that name the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.publish import body
from ml_readiness.publish.comment import ACTIONS, Draft, Posted, State, Status, Thread
from ml_readiness.publish.github import GitHub, Refused
from ml_readiness.publish.inputs import When

if TYPE_CHECKING:
    from collections.abc import Callable

    from ml_readiness.publish.body import Situation
    from ml_readiness.publish.context import Context
    from ml_readiness.publish.event import Run
    from ml_readiness.publish.inputs import Inputs
    from ml_readiness.report import Report

READ_ONLY = (
    "the token may only read: for forks and Dependabot a second workflow can post the saved report, "
    "elsewhere the job needs `permissions: pull-requests: write`"
)
_WHY = {
    401: "the token is not valid, or has expired",
    403: "the token may not do this: the job needs `permissions: pull-requests: write`, and the conversation unlocked",
    404: "there is no such pull request any more, or the job lacks `permissions: pull-requests: write`",
    410: "the conversation is locked, or issues are turned off",
    422: "GitHub does not take the comment",
}


def connect(inputs: Inputs) -> GitHub:
    """GitHub, as the inputs say."""
    return GitHub(inputs.api, inputs.token)


def tell(
    context: Context,
    inputs: Inputs,
    report: Report,
    situation: Situation,
    connect: Callable[[Inputs], GitHub] = connect,
) -> Posted:
    """Comments on the pull request of the event, where there is one that may be written to."""
    pull = context.event.pull
    unwanted = _unwanted(context, inputs)
    if unwanted is not None or pull is None:
        return Posted(Status.SKIPPED, why=unwanted or "this is no pull request")
    is_read_only = context.event.is_foreign(context.repository) and context.event.name != "pull_request_target"
    if is_read_only and not inputs.has_own_token:
        return Posted(Status.DEFERRED, why=READ_ONLY)
    state = State(context.run, context.attempt, pull.head, report.score)
    draft = drafted(context, inputs, report, situation, state)
    try:
        github = connect(inputs)
        if github.pull(context.repository, pull.number).state != "open":
            return Posted(Status.SKIPPED, why="the pull request was closed meanwhile")
        thread = Thread(github, context.repository, pull.number, _login(github, inputs))
        return thread.post(draft, if_new=lambda: _silent(inputs.comment, report, situation))
    except Refused as refusal:
        return explained(refusal)


def tell_about(
    context: Context,
    inputs: Inputs,
    run: Run,
    report: Report,
    situation: Situation,
    connect: Callable[[Inputs], GitHub] = connect,
) -> Posted:
    """Comments on the pull request that another run was about; found by what GitHub says, never by the report."""
    try:
        github = connect(inputs)
        number = _pull_of(github, context.repository, run)
        if number is None:
            return Posted(Status.SKIPPED, why="there is not exactly one open pull request with the commit of that run")
        draft = drafted(context, inputs, report, situation, State(run.id, run.attempt, run.head, report.score))
        thread = Thread(github, context.repository, number, _login(github, inputs))
        return thread.post(draft, if_new=lambda: _silent(inputs.comment, report, situation))
    except Refused as refusal:
        return explained(refusal)


def drafted(context: Context, inputs: Inputs, report: Report, situation: Situation, state: State) -> Draft:
    """The comment to be."""
    text = body.render(report, situation, lambda location: context.permalink(location, state.commit))
    return Draft(inputs.comment_id, text, body.minimal(report, situation), state)


def explained(refusal: Refused) -> Posted:
    """What became of a comment that GitHub refused."""
    if refusal.is_read_only:
        return Posted(Status.DEFERRED, why=READ_ONLY)
    if refusal.is_late:
        return Posted(Status.FAILED, why=f"GitHub asks to wait for too long ({refusal})")
    why = _WHY.get(refusal.status or 0, "GitHub cannot be reached, or did not answer as expected")
    return Posted(Status.FAILED, why=f"{why} ({refusal})")


def _login(github: GitHub, inputs: Inputs) -> str | None:
    """Whose comments are ours; nobody else's marker counts."""
    return github.login() if inputs.has_own_token else ACTIONS


def _unwanted(context: Context, inputs: Inputs) -> str | None:
    if inputs.comment is When.NEVER:
        return "comments are turned off"
    if context.event.pull is None:
        return "this is no pull request"
    if not context.event.pull.is_open:
        return "the pull request is closed"
    if not inputs.token or not context.repository:
        return "there is no token, or no repository"
    return None


def _silent(when: When, report: Report, situation: Situation) -> str | None:
    """Why a first comment is not wanted."""
    comparison = report.comparison
    if when is When.CHANGES and comparison is not None and not comparison.changes and not comparison.score_change:
        return "nothing changed"
    if when is When.FAILURES and not situation.objections:
        return "nothing fails"
    return None


def _pull_of(github: GitHub, repository: str, run: Run) -> int | None:
    if run.pulls:
        found = [github.pull(repository, pull.number) for pull in run.pulls if pull.head == run.head]
    elif run.owner and run.branch:
        found = github.pulls_from(repository, run.owner, run.branch)
    else:
        found = []
    numbers = {pull.number for pull in found if pull.state == "open" and pull.head.sha == run.head}
    return numbers.pop() if len(numbers) == 1 else None
