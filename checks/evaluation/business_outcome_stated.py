"""The outcome that counts is named."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.prose.purpose import Purpose
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

OTHERS = [
    ProjectKind.NOT_ML,
    ProjectKind.LIBRARY,
    ProjectKind.RESEARCH,
    ProjectKind.COLLECTION,
    ProjectKind.NOTEBOOKS,
]


@check("What does the business gain?", severity=Severity.LOW, effort=Effort.SMALL, not_for=OTHERS, core=False)
def business_outcome_stated(purpose: Purpose) -> Iterator[Finding]:
    """In real life nobody hands you a data set and a metric. A good score on the wrong question helps nobody, and
    without a named outcome nobody can tell that it is the wrong one.

    ## How to fix
    Three lines in the README: who decides what with the output, which outcome outside the model gets better, and how
    that is measured.

    ## Sources
    - ML Test Score: Model 2
    - Rules of ML: 2, 13, 39

    ## Fails
    ````markdown title="README.md"
    # Churn model
    An XGBoost classifier with an accuracy of 0.93.
    ````
    ## Partial
    ````markdown title="README.md"
    # Churn model
    ### Goal
    The retention team decides every Monday whom to contact.
    ````
    ## Passes
    ````markdown title="README.md"
    # Churn model
    ### Goal
    The retention team decides every Monday whom to contact. Success is churn below 4 % per month, measured by an A/B
    test against no contact.
    ````
    ## Unknown: not in English
    ````markdown title="README.md"
    # Kundenmodell
    Dieses Modell sagt voraus, welche Kunden kündigen werden, damit das Team rechtzeitig anrufen kann, und zwar jede
    Woche für alle Länder, in denen wir verkaufen, auf Grundlage der letzten zwölf Monate und aller Anrufe.
    ````
    """
    readme = purpose.claims.pages.readme
    if readme is None:
        yield fail("there is no README that could name it", confidence=Confidence.LOW)
    elif purpose.actor and purpose.outcome:
        yield ok("somebody is named who acts on the output", at=purpose.actor, confidence=Confidence.LOW)
        yield ok("an outcome with its measure is named", at=purpose.outcome, confidence=Confidence.LOW)
    elif purpose.actor:
        said = "says who acts on the output, but not which outcome outside the model gets better, and by how much"
        yield partial(said, at=purpose.actor, confidence=Confidence.LOW)
    elif purpose.outcome:
        said = "names an outcome with its measure, but not who acts on the output"
        yield partial(said, at=purpose.outcome, confidence=Confidence.LOW)
    elif not purpose.is_legible:
        yield unknown("the README is not in English", at=readme.path, confidence=Confidence.LOW)
    elif purpose.mention:
        said = "says what it is for, but neither who decides what with the output nor how the gain is measured"
        yield partial(said, at=purpose.mention, confidence=Confidence.LOW)
    else:
        said = "neither who acts on the output nor an outcome outside model metrics is named"
        yield fail(said, at=readme.path, confidence=Confidence.LOW)
