"""How documents and configuration speak of where data is."""

from __future__ import annotations

from ml_readiness import regex as re

NAMED = re.compile(
    r"\b(?:kaggle|uci machine learning|hugging ?face datasets?|competition data|dataset|data ?set|data source)\b.{0,200}?https?://",
    re.IGNORECASE | re.DOTALL,
)
PROPER = re.compile(
    r"\b(?!(?:The|This|Our|A|An|Your|My|Each|Raw|Input|Full|Clean|Final|Sample|Public|Custom|New|Train|Training|Test|Testing"
    r"|Validation|Evaluation|Load|Loading|Download|Prepare|Preparing|Create|Creating|Data|Dataset|Use|Using|Download|Split"
    r"|Original|Large|Small|Get|Getting|Model|Target|Reference|Current|Production|Machine|ML|AI|CSV|JSON|API|README|How|What"
    r"|Dummy|Toy|Synthetic|Simulated|Generated|Fake|Mock|Demo|Whole|Entire|Complete|Same|First|Second"
    r"|In|On|For|With|From|To|And|Or|If|It|As|Exploratory|About|Available|Supported|Example|Examples|Features?|Step|Image"
    r"|Text|Audio|Video|Time|Multi|Open|Feast|Hugging)\b)"
    r"[A-Z][A-Za-z0-9-]+(?:[ -][A-Z0-9][A-Za-z0-9-]*){0,4} (?:[Dd]ata ?[Ss]et|corpus|[Cc]ompetition)\b"
    r"|\b(?:from|on|by) (?:the )?(?:UCI|Kaggle|Hugging ?Face|OpenML|Zenodo|Open ?Data)\b"
)
"""A data set called by its proper name."""
BUCKET = re.compile(
    r"\b(?:s3|gs|abfss?|wasbs?|hdfs|az)://[\w./*-]+"
    r"|^[ \t]*[\"']?[\w-]{0,60}?(?:(?<!bit)bucket|dataset|data_url|data_source)[\w-]{0,60}[\"']?[ \t]*[:=][ \t]*"
    r"[\"']?(?!\d+\b)\w[\w./:-]{3,200}[\"']?"
    r"[ \t]*,?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
NO_SETTINGS = re.compile(
    r"(?:^|[/_.-])(?:samples?|examples?|outputs?|results?|predictions?|tests?|fixtures?|reports?|submissions?|logs?|demo|docs?"
    r"|models?|artifacts?|requirements|assets|mlruns|gx|great_expectations|static|templates|package(?:-lock)?|pyproject|poetry"
    r"|mkdocs|\.github|\.gitlab-ci|docker-compose[\w-]*|compose|environment|conda|\.pre-commit-config)(?:[/_.-]|$)",
    re.IGNORECASE,
)
"""Configuration that does not say where training data comes from."""
