"""What credentials look like: one line per provider, and what shows that a value is none."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from hashlib import sha256

from msgspec import Struct

from ml_readiness import regex as re


class Provider(Struct, frozen=True):
    """A kind of credential that gives itself away by its form."""

    name: str
    prefix: bytes
    """A literal part that every such credential holds, for a quick search."""
    form: bytes
    """A pattern, compiled when a file holds the prefix, which few do."""
    entropy: float = 3.0
    """Bits per character that a random value of this form has at least."""

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """What such a credential looks like."""
        return compiled(self.form)


@cache
def compiled(form: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """A pattern that is compiled at its first use."""
    return re.compile(form, flags)


def _provider(name: str, prefix: str, rest: str, entropy: float = 3.0, before: str = "") -> Provider:
    pattern = rf"(?<![\w+/-])(?:{before}{re.escape(prefix)}(?P<value>{rest}))(?![\w-])"
    return Provider(name, prefix.encode(), pattern.encode(), entropy)


PROVIDERS = (
    _provider("an AWS access key", "AKIA", r"[A-Z2-7]{16}"),
    _provider("a GitHub token", "ghp_", r"[A-Za-z0-9]{36,255}"),
    _provider("a GitHub token", "gho_", r"[A-Za-z0-9]{36,255}"),
    _provider("a GitHub token", "ghu_", r"[A-Za-z0-9]{36,255}"),
    _provider("a GitHub token", "ghs_", r"[A-Za-z0-9]{36,255}"),
    _provider("a GitHub token", "ghr_", r"[A-Za-z0-9]{36,255}"),
    _provider("a GitHub token", "github_pat_", r"[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    _provider("a GitLab token", "glpat-", r"[\w.-]{20,80}"),
    _provider("an Anthropic key", "sk-ant-", r"[a-z]{3,8}\d{2}-[\w-]{60,120}"),
    _provider("an OpenRouter key", "sk-or-v1-", r"[a-f0-9]{64}"),
    _provider("a Langfuse secret key", "sk-lf-", r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"),
    _provider("an OpenAI project key", "sk-proj-", r"[\w-]{40,200}", 3.5),
    _provider("an OpenAI service key", "sk-svcacct-", r"[\w-]{40,200}", 3.5),
    _provider("an API key", "sk-", r"[A-Za-z0-9]{32,64}", 3.2),
    _provider("a Hugging Face token", "hf_", r"[A-Za-z]{34}", 3.5),
    _provider("a Hugging Face token", "api_org_", r"[A-Za-z]{34}", 3.5),
    _provider("a Google API key", "AIza", r"[\w-]{35}", 3.5),
    _provider("a Google OAuth secret", "GOCSPX-", r"[\w-]{28}", 3.2),
    _provider("a Slack token", "xox", r"[baprs]-\d{8,14}-[A-Za-z0-9-]{10,200}"),
    _provider("a Slack webhook", "hooks.slack.com/services/", r"T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24}"),
    _provider("a Stripe live key", "sk_live_", r"[A-Za-z0-9]{24,120}"),
    _provider("a Stripe live key", "rk_live_", r"[A-Za-z0-9]{24,120}"),
    _provider("a LangSmith key", "lsv2_", r"(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    _provider("a LangSmith key", "ls__", r"[a-f0-9]{32}"),
    _provider("a Databricks token", "dapi", r"[a-f0-9]{32}(?:-\d)?"),
    _provider("a SendGrid key", "SG.", r"[\w-]{22}\.[\w-]{43}"),
    _provider("an npm token", "npm_", r"[A-Za-z0-9]{36}"),
    _provider("a package index token", "pypi-", r"AgE[\w-]{60,300}"),
    _provider("a Groq key", "gsk_", r"[A-Za-z0-9]{52}"),
    _provider("a Pinecone key", "pcsk_", r"[\w]{60,90}"),
    _provider("a Replicate token", "r8_", r"[A-Za-z0-9]{37}"),
    _provider("a Tavily key", "tvly-", r"(?:dev-|prod-)?[A-Za-z0-9]{32}"),
    _provider("a Perplexity key", "pplx-", r"[A-Za-z0-9]{48}"),
    _provider("an xAI key", "xai-", r"[A-Za-z0-9]{80}"),
    _provider("an NVIDIA key", "nvapi-", r"[\w-]{60,70}"),
    _provider("a DigitalOcean token", "dop_v1_", r"[a-f0-9]{64}"),
    _provider("a Docker Hub token", "dckr_pat_", r"[\w-]{27}"),
    _provider("a W&B key", "wandb_v1_", r"[\w-]{40,100}"),
    _provider("a Telegram bot token", ":AA", r"[\w-]{33}", before=r"\d{8,10}"),
    _provider("an Azure storage key", "AccountKey=", r"[A-Za-z0-9+/]{86}=="),
)

PLACEHOLDER = re.compile(
    r"your|exampl|chang(?:e|ing)|x{4,}|dummy|test|fake|sampl|placeholder|redact|insert|replac|demo|todo|secret|insecure"
    r"|pa?s+w(?:or)?d|passw0rd|^p[a@]ss|12345|abcde|qwert|00000|\.\.\.|\*\*\*|here$|^my[_-]|^none$|^null$|<|>|\{|\}|\$|%\("
    r"|(?P<same>.)(?P=same){4}|default|deadbeef|foobar|^sk-(?:xxx|\.\.)",
    re.IGNORECASE,
)
"""What somebody writes where a value is to be filled in, or where it does not matter."""

DEFAULTS = re.compile(
    r"admin|postgres|mysql|mongo|redis|root|guest|user|airflow|mlflow|minio|grafana|prefect|dagster|rabbit|elastic|docker"
    r"|local|dev|welcome|letmein|public|anonymous|magic|ragflow|neo4j|jupyter|superset|metabase|mage|zenml|feast|kafka",
    re.IGNORECASE,
)
"""Words that passwords of local databases and tools are made of."""

PUBLISHED = frozenset({"0011cc25eb43", "aa6547439583", "570dad43de1a", "81886cc4d790", "45f9af60db8d"})
"""The beginnings of the SHA-256 of values that documentation publishes for everybody: emulators, tutorials."""

_WEAK = re.compile(r"[A-Za-z_-]+\d{0,4}")
"""A word and a year are no password that anybody relies on."""


def fingerprint(value: str) -> str:
    """What tells two values apart without revealing them."""
    return sha256(value.encode("utf-8", "replace")).hexdigest()[:12]


def entropy(value: str) -> float:
    """Bits per character of the value."""
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values()) if value else 0.0


def is_placeholder(value: str) -> bool:
    """Whether the value stands for one that the reader fills in, or is known to everybody."""
    return PLACEHOLDER.search(value) is not None or fingerprint(value) in PUBLISHED


def is_random(value: str) -> bool:
    """Whether a value looks drawn at random, as keys and tokens are."""
    if not 16 <= len(value) <= 300 or is_placeholder(value):
        return False
    runs = re.findall(r"[A-Za-z0-9+/]+", value)
    longest = max(runs, key=len, default="")
    mixed = any(c.isdigit() for c in longest) and any(c.isalpha() for c in longest)
    is_uuid = re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None
    is_hex = re.fullmatch(r"[0-9a-fA-F]+", longest) is not None
    if is_uuid:
        return True
    return len(longest) >= 16 and mixed and entropy(longest) >= (2.9 if is_hex else 3.3)


def is_strong_password(value: str) -> bool:
    """Whether a value looks like a password that somebody really uses, not a word for a local database."""
    if len(value) < 8 or is_placeholder(value) or DEFAULTS.search(value) or _WEAK.fullmatch(value):
        return False
    classes = sum(any(test(c) for c in value) for test in (str.islower, str.isupper, str.isdigit, _is_special))
    return classes >= 3 and entropy(value) >= 2.5


def _is_special(character: str) -> bool:
    return not character.isalnum()
