"""What the documents claim about the quality of the model: figures with their metric, place and data."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.prose.pages import Page, Pages
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.prose import Link, Table

SHARES = (
    r"accurac(?:y|ies)|acc|precision|recall|sensitivity|specificity|f-?[12β](?:[ -]?(?:scores?|measure))?"
    r"|f-?(?:score|measure)|(?:macro|micro|weighted)[ -]?f1|(?:roc|pr)?[ _-]?auc(?:[ -]?(?:roc|pr))?|auroc|auprc"
    r"|average precision|(?-i:m?AP|MAP)(?:@[\d.:\[\],]+)?|ap50|m?iou|jaccard|dice(?: (?:score|coefficient))?|mcc|kappa"
    r"|qwk|gini|top-?[15]|hits?@\d+|hit rate(?:@\d+)?|ndcg(?:@\d+)?|mrr(?:@\d+)?|(?:recall|precision|map|pass|p|r)@\d+"
    r"|exact match|(?-i:EM)|win rate|r2(?:[ _-]?score)?|r²|r\^2|r-squared|bleu(?:-\d)?|rouge(?:-?[12l])?|meteor"
    r"|bertscore|wer|cer|eer|error rate|c-index|silhouette(?: score)?|ssim|success rate|spearman|pearson"
    r"|explained variance|hamming|brier(?: score)?"
    r"|genauigkeit|trefferquote|exactitude|précision|rappel|exactitud|precisión|exhaustividad|acurácia|precisão|revocação"
    r"|accuratezza|precisione|точность|полнота|doğruluk|akurasi|dokładność|độ chính xác"
    r"|准确率|準確率|精确率|召回率|正解率|適合率|再現率"
    r"|精度|정확도|정밀도|재현율"
)
"""Metrics whose values are shares."""
AMOUNTS = (
    r"rmsl?e|n?rmse|mse|mae|mape|smape|wape|mase|msle|mean (?:squared|absolute)(?: percentage)? error|log[ -]?loss"
    r"|cross[ -]?entropy|(?:test|val(?:idation)?|eval(?:uation)?|final|train(?:ing)?)[ _-]?loss|perplexity|ppl|psnr|fid"
    r"|inception score|elo|mean (?:reward|return)|nll|crps|davies[ -]bouldin|calinski|(?-i:LB)"
    r"|levenshtein(?: distance)?|(?:public|private|leaderboard) score"
)
"""Metrics whose values have a unit or a scale of their own."""
LATIN = r"A-Za-z0-9_À-ɏ"
"""Letters that words are made of in scripts with spaces; a figure may stand right beside others."""
PART = (
    r"(?:test|dev|val(?:id(?:ation)?)?|train(?:ing)?|mean|avg|average|best|last|final|max|overall|macro|micro|weighted)"
)
"""What stands before a metric in one word with it: `Test-Acc`, `val_f1`."""
METRIC = re.compile(
    rf"(?<![{LATIN}-])(?:{PART}[-_]){{0,3}}(?P<metric>(?P<share>{SHARES})|(?P<amount>{AMOUNTS}))(?![{LATIN}@]|-\w)",
    re.IGNORECASE,
)
SHARE = re.compile(
    rf"(?<![{LATIN}.])(?P<number>[-+]?\d{{1,3}}(?:[.,]\d+)?\s?%|[01]?\.\d{{1,6}}|\d{{1,3}}\.\d{{1,6}}|1\.0+)"
    rf"(?![{LATIN}%]|\.\d|\s?(?:[kMGT]i?B|ms|s|sec\w*|min\w*|hours?|epochs?|[xMB]|[mb]illion|k)\b)"
)
NUMBER = re.compile(r"(?<![\w.])(?P<number>[-+]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?\s?%?)(?![\w]|\.\d)", re.IGNORECASE)
KEYED = re.compile(
    rf"[\"']?\b(?:[\w-]{{1,40}}[_-])?(?P<metric>{SHARES}|{AMOUNTS})[\"']?\s*[:=]\s*[\"']?"
    r"(?P<number>\d{0,3}\.\d{2,}|\d{1,3}\s?%)",
    re.IGNORECASE,
)
WISH = re.compile(
    r"threshold|below|drops?|target|goal|at least|minimum|must|(?<!you )should|alert|require|if the|whenever|trigger"
    r"|expect|aim|hope|degrad|random (?:guess|chance)|for example|e\.g\.|such as|ranges?|between 0 and 1|acceptance"
    r"|\bperfect(?:ly)?\b|\bideal(?:ly)?\b|\bbest possible|\bup to\b.{0,40}\bimprovement|\bimprov\w+ (?:of|by)\b"
    r"|fail(?:s|ed)? (?:if|when)|>=|≥|lower than|learning[ _-]rate|dropout|higher than \d+ ?%|more than \d+ ?% of",
    re.IGNORECASE,
)
"""Words beside a figure that is wished for or explained, not reached."""
DATA = re.compile(
    r"\bdata\s?-?sets?\b|\bcorpus\b|\bbenchmark|\btest(?:ing)? (?:set|data|split)|\bhold-?out"
    r"|\bvalidation (?:set|data|split)|\.csv\b|\.parquet\b"
    r"|\b(?:kaggle|uci|imagenet|cifar|mnist|coco|squad|glue|sst-?2|imdb|movielens|titanic|wikitext|openwebtext|voc"
    r"|librispeech|ms ?marco|mmlu|kitti|cityscapes|ade20k|celeba|ravdess|iris|boston housing|m4|ett[hm]\d)\b"
    r"|\b(?:\w+-)?datens[aä]tz|\btestdaten|jeux? de données|conjuntos? de (?:datos|dados|prueba|teste)"
    r"|insieme di dati|набор\w* данных"
    r"|数据集|測試集|测试集|データセット|データ・?セット|데이터 ?(?:셋|세트)",
    re.IGNORECASE,
)
PICTURED = re.compile(
    r"metric|accurac|confusion|roc\b|\bauc\b|loss|performance|\bf1\b|rmse|leaderboard|learning.?curve"
    r"|^(?!.*(?:infer|predict|detect|segment|generat|sampl|exampl|output|demo|translat|visuali)).*result",
    re.IGNORECASE,
)
"""Names and descriptions of pictures that show results: how good, not one answer."""
DRAWN = re.compile(
    r"logo|(?:^|[-_])c[id][-_]|deploy|swagger|endpoint|release|architecture|diagram|framework|infrastructure|workflow|flow.?chart",
    re.IGNORECASE,
)
"""Names and descriptions of pictures that show how it is built."""
UNDER = re.compile(
    r"\bresults?\b|\bperformance\b|\bevaluations?\b|\bmetrics\b|\baccuracy\b|\bconfusion\b|ergebnis|résultats|resultados"
    r"|risultati|результат|结果|結果|결과|评估|評価|평가",
    re.IGNORECASE,
)
"""Headings over them."""
STEP = re.compile(r"set(?:ting)? ?up|pipeline|install|configur|deploy|how to|getting started", re.IGNORECASE)
"""Headings over something to do."""
ONE_ANSWER = re.compile(r"style|generated|fake|sampl|reconstruct|inpaint|super_?res|deblur|coloriz", re.IGNORECASE)
"""Names of pictures that a model made."""
CARD = re.compile(r"(?:^|/)(?:model[ _-]?cards?[\w.-]*|modelcard[\w.-]*)\.(?:md|rst)$", re.IGNORECASE)
OTHER_PAGES = re.compile(
    r"(?:^|/)(?:changelog|changes|history|contributing|code_of_conduct|security|release[-_ ]?notes)", re.IGNORECASE
)
NEAR = 60
MOST = 60


class Claim(Struct, frozen=True):
    """One figure about the model's quality."""

    page: Page
    line: int
    metric: str
    figure: str
    in_code: bool = False

    @property
    def location(self) -> Location:
        """Where it is stated."""
        return Location(path=self.page.path, line=self.line)


class Claims(Struct, frozen=True, dict=True):
    """The figures in the README, what it links to, the members' READMEs and the model cards."""

    pages: Pages
    files: Files

    @classmethod
    def gather(cls, pages: Pages, files: Files) -> Self:
        """From text, tables, printed output and front matter."""
        return cls(pages, files)

    @cached_property
    def sources(self) -> tuple[Page, ...]:
        """The pages that are read for claims."""
        cards = (self.pages.read(path) for path in self.files.own if CARD.search(path))
        found = {page.path: page for page in (*self.pages.all, *cards) if page is not None}
        return tuple(page for path, page in found.items() if not OTHER_PAGES.search(path))

    @cached_property
    def all(self) -> tuple[Claim, ...]:
        """Every claim, page by page, at most sixty."""
        return tuple(claim for page in self.sources for claim in _claims(page))[:MOST]

    @cached_property
    def pictured(self) -> tuple[tuple[Page, Link], ...]:
        """Pictures that seem to show results."""
        return tuple(
            (page, link)
            for page in self.sources
            for link in page.prose.links
            if link.image and _shows_results(page, link)
        )

    def names_data(self, claim: Claim) -> bool:
        """Whether the page says on which data a figure was reached."""
        prose = claim.page.prose
        shown = (line for code in prose.code for line in code.lines)
        return "datasets" in prose.front or any(DATA.search(text[:2000]) for text in (*prose.words(), *shown))


def _claims(page: Page) -> Iterator[Claim]:
    prose = page.prose
    if "model-index" in prose.front and (found := re.search(r"value:\s*(\S+)", prose.front["model-index"])):
        yield Claim(page, 1, "model-index", found[1])
    seen: set[int] = set()
    for table in prose.tables:
        for line, metric, figure in _in_table(table):
            seen.add(line)
            yield Claim(page, line, metric, figure)
    for block in prose.blocks:
        if block.line not in seen:
            yield from _in_text(page, block.text, block.line)
    for code in prose.code:
        for number, text in enumerate(code.lines, code.line):
            match = KEYED.search(text[:1000])
            if match is not None and not WISH.search(text[:1000]):
                yield Claim(page, number, match["metric"], match["number"], in_code=True)


def _in_text(page: Page, text: str, line: int) -> Iterator[Claim]:
    for match in METRIC.finditer(text[:20_000]):
        start, end = match.span()
        sentence = text[max(0, start - 100) : end + NEAR]
        figure = _figure(text[end : end + NEAR], match) or _figure(text[max(0, start - NEAR) : start], match, last=True)
        if figure and not WISH.search(sentence):
            yield Claim(page, line + text.count("\n", 0, start), match["metric"].lower(), figure)
            return


def _figure(near: str, metric: re.Match[str], *, last: bool = False) -> str:
    """The number that goes with a metric; empty where there is none that could be its value."""
    near = re.split(r"\n\n|[.;](?:\s|$)", near)[-1 if last else 0]
    numbers = list((SHARE if metric["share"] else NUMBER).finditer(near))
    if metric["amount"] and not any("." in n["number"] or "%" in n["number"] for n in numbers):
        numbers = [n for n in numbers if re.match(r"\s*(?:[:=|≈~]|of|is|was)?\s*$", near[: n.start()])]
    return numbers[-1 if last else 0]["number"].strip() if numbers else ""


def _in_table(table: Table) -> Iterator[tuple[int, str, str]]:
    """A figure for each row under a column that names a metric."""
    columns = [(i, match["metric"]) for i, cell in enumerate(table.header) if (match := METRIC.search(cell))]
    for number, row in enumerate(table.rows, table.line + 2):
        for column, metric in columns:
            cell = row[column] if column < len(row) else ""
            if match := NUMBER.search(cell):
                yield number, metric.lower(), match["number"].strip()
                break


def _shows_results(page: Page, link: Link) -> bool:
    if link.is_badge or any(DRAWN.search(text) for text in (link.target.rpartition("/")[2], link.text)):
        return False
    heading = page.prose.heading_of(link.line)
    if heading is not None and UNDER.search(heading.text) and not STEP.search(heading.text):
        return ONE_ANSWER.search(link.target.rpartition("/")[2]) is None
    return any(PICTURED.search(text) for text in (link.target.rpartition("/")[2], link.text))
