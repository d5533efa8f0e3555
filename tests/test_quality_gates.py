"""What holds a model back: figures against bars in tests, pipelines, policies and scripts, and what only looks so."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

LVQ = {
    "README.md": "# lvq\n\n```\npip install lvq\n```\n",
    "setup.py": "from setuptools import setup\nsetup(name='lvq', packages=['lvq'])\n",
    "lvq/__init__.py": "from .glvq import Glvq\n",
    "lvq/base.py": "from sklearn.base import ClassifierMixin as C\n\nclass Base(C):\n    def fit(self, X, y): ...\n",
    "lvq/glvq.py": "from .base import Base\n\nclass Glvq(Base):\n    def predict(self, X): return X\n",
    "lvq/shown.py": "from sklearn.svm import SVC\nSVC().fit(X, y)\n",
    "lvq/tests/__init__.py": "",
}
MODEL = "from sklearn.svm import SVC\n\ndef train(X, y):\n    return SVC().fit(X, y)\n"
POLICY = (
    "def promotion_policy(candidate_metrics, champion_metrics, least):\n"
    "    change = relative(candidate_metrics['rmse'], champion_metrics['rmse'])\n"
    "    passed = change <= -least\n    return {'accepted': passed}\n\ndef relative(a, b):\n    return (a - b) / b\n"
)


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("assert_greater(model.score(X, y), 0.9)", "pass"),
        ("assert model.score(X, y) > 0.9", "pass"),
        ("assert_greater(len(model.score(X, y)), 9)", "fail"),
        ("print(model.score(X, y))", "fail"),
    ],
)
def test_a_package_s_own_estimator_is_held_to_a_figure(bar: str, expected: str) -> None:
    test = "from nose.tools import assert_greater\nfrom .. import Glvq\n\ndef test_iris():\n    model = Glvq()\n"
    files = {**LVQ, "lvq/tests/test_glvq.py": f"{test}    model.fit(X, y)\n    {bar}\n"}
    assert outcome("quality-gated", files) == expected


@pytest.mark.parametrize(
    "gate",
    [
        "def deployment_trigger(accuracy: float) -> bool:\n    return accuracy > 0.9\n",
        "def should_deploy(metrics):\n    return metrics['f1'] >= 0.8\n",
    ],
)
def test_a_function_that_a_pipeline_asks_is_a_gate(gate: str) -> None:
    assert outcome("quality-gated", {"train.py": MODEL, "steps.py": gate}) == "pass"


def test_a_function_that_looks_at_the_time_is_none() -> None:
    code = "def should_run(hour):\n    return hour > 8\n"
    assert outcome("quality-gated", {"train.py": MODEL, "steps.py": code}) == "fail"


def test_figures_of_a_notebook_that_a_test_runs() -> None:
    test = (
        "import pytest\nfrom helpers import execute_notebook\n\n"
        "def test_sar():\n    results = execute_notebook('a.ipynb')\n"
        "    assert results['ndcg'] == pytest.approx(0.38, rel=0.05)\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_books.py": test}) == "pass"
    other = test.replace("ndcg", "rows")
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_books.py": other}) == "fail"


def test_a_shell_script_that_fails_below_a_figure() -> None:
    script = 'ACCURACY=$(jq .accuracy metrics.json)\nif (( $(echo "$ACCURACY < 0.8" | bc -l) )); then\n  exit 1\nfi\n'
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": script}) == "pass"
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": script.replace("exit 1", "echo low")}) == "fail"
    arrow = 'echo "metrics: $metrics_1 -> $metrics_2"\ntest "$metrics_1" = "$metrics_2" || exit 1\n'
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": arrow}) == "fail"
    kept = 'echo "accuracy $ACC" > out.txt\ntest -s out.txt || exit 1\n'
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": kept}) == "fail"
    inline = "python - <<EOF\nif accuracy < 0.8:\n    exit(1)\nEOF\n"
    assert outcome("quality-gated", {"train.py": MODEL, "ci/check.sh": inline}) == "pass"


def test_judged_answers_without_a_bar_are_no_gate() -> None:
    app = (
        "from openai import OpenAI\n\ndef answer(q):\n"
        "    return OpenAI().chat.completions.create(model='m', messages=[{'role': 'user', 'content': q}])\n"
    )
    evals = (
        "from app import answer\n\ndef evaluate_answer(q):\n    return answer('rate: ' + q)\n\nevaluate_answer('a')\n"
    )
    assert outcome("quality-gated", {"app.py": app, "evals/evaluator.py": evals}) == "fail"
    assert outcome("quality-gated", {"app.py": app}) == "not-applicable"


def test_an_orchestrator_that_branches_by_a_figure() -> None:
    dag = (
        "from airflow.operators.python import BranchPythonOperator\n\ndef choose(accuracy):\n"
        "    if accuracy > 0.8:\n        return 'deploy'\n    return 'stop'\n\n"
        "BranchPythonOperator(task_id='a', python_callable=choose)\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "dags/train.py": dag}) == "pass"
    assert outcome("quality-gated", {"train.py": MODEL, "dags/train.py": dag.replace("Branch", "")}) == "fail"


def test_figures_of_a_file_that_a_test_holds_against_a_bar() -> None:
    test = (
        "import json\n\ndef test_quality():\n    found = json.load(open('metrics.json'))\n"
        "    assert found['accuracy'] > 0.8\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_quality.py": test}) == "pass"
    other = test.replace("metrics.json", "rows.json")
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_quality.py": other}) == "fail"


def test_a_run_that_a_figure_cancels_is_gated() -> None:
    code = "def evaluate(run, new_mse, old_mse):\n    if new_mse < old_mse:\n        print('better')\n    else:\n"
    files = {"train.py": MODEL, "steps.py": code + "        run.parent.cancel()\n"}
    assert outcome("quality-gated", files) == "pass"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("assert results[0]['test_acc'] >= 0.0", "fail"),
        ("assert len(scores) > 0", "fail"),
        ("assert model.head.cls_score.out_features == 2", "fail"),
        ("assert model.head.cls_score.out_features > 2", "fail"),
        ("assert accuracy == accuracy_again", "fail"),
        ("assert os.environ['QUALITY'] == 'previous-quality'", "fail"),
        ("assert r2 > 0", "pass"),
        ("assert results[0]['test_acc'] >= 0.7", "pass"),
        ("assert accuracy > accuracy_of_guessing", "pass"),
        ("assert accuracy == pytest.approx(0.93, abs=0.02)", "pass"),
    ],
)
def test_a_bar_lies_within_the_scale_of_a_figure(test: str, expected: str) -> None:
    head = "import os\nimport pytest\nfrom sklearn.svm import SVC\n\ndef test_it():\n    model = SVC().fit(X, y)\n    "
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": f"{head}{test}\n"}) == expected


def test_a_number_that_a_stub_must_score_tests_the_metric() -> None:
    score = "def accuracy(model, X, y):\n    return (model.predict(X) == y).mean()\n"
    test = (
        "import pytest\nfrom score import accuracy\n\nclass Stub:\n    def predict(self, X):\n        return [0, 1]\n\n"
        "def test_accuracy():\n    assert accuracy(Stub(), [1, 2], [0, 0]) == pytest.approx(0.5)\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "score.py": score, "tests/test_score.py": test}) == "fail"


def test_a_policy_that_keeps_its_answer_is_a_gate() -> None:
    assert outcome("quality-gated", {"train.py": MODEL, "policy.py": POLICY}) == "pass"
    told = POLICY.replace("promotion_policy", "aggregate_rows")
    assert outcome("quality-gated", {"train.py": MODEL, "policy.py": told}) == "partial"
    other = told.replace("accepted", "fell").replace("passed", "fell")
    assert outcome("quality-gated", {"train.py": MODEL, "policy.py": other}) == "fail"


def test_an_answer_that_another_file_refuses_by_is_a_gate() -> None:
    validate = (
        "def validate(new_util, old_util):\n    no_reg = new_util >= old_util - 0.02\n"
        "    return Result(no_regression=bool(no_reg))\n"
    )
    swap = "def swap(result):\n    if not getattr(result, 'no_regression', False):\n        raise ValueError('worse')\n"
    assert outcome("quality-gated", {"train.py": MODEL, "validate.py": validate, "swap.py": swap}) == "pass"
    assert outcome("quality-gated", {"train.py": MODEL, "validate.py": validate}) == "partial"
    sizes = validate.replace("new_util", "new_rows").replace("old_util", "least_rows")
    assert outcome("quality-gated", {"train.py": MODEL, "validate.py": sizes, "swap.py": swap}) == "fail"


def test_a_number_that_a_test_puts_in_by_itself_is_no_bar() -> None:
    test = (
        "from train import train\n\ndef test_saved():\n    model = train(X, y)\n    save(model, {'fid': 42.0})\n"
        "    assert load()['fid'] == 42.0\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": test}) == "fail"
    measured = test.replace("{'fid': 42.0}", "{}")
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": measured}) == "pass"


def test_an_answer_that_nobody_asks_for_only_reports() -> None:
    gates = (
        "def evaluate_gates(summary):\n    checks = {}\n\n    def minimum(name, threshold):\n"
        "        actual = summary.get(name)\n        checks[name] = {'passed': float(actual) >= threshold}\n\n"
        "    minimum('precision', 0.98)\n    return checks\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "checks.py": gates}) == "partial"
    rows = gates.replace("evaluate_gates", "count_rows")
    assert outcome("quality-gated", {"train.py": MODEL, "checks.py": rows}) == "fail"


JUDGE = (
    "def good(metrics, most=0.1):\n    ok = metrics['rmspe'] <= most\n"
    "    fair = metrics['mae'] < 2000\n    return ok and fair\n"
)


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("    passed = good(m)\n    if passed and auto:\n        promote_model('x')\n", "pass"),
        ("    if good(m):\n        register_model('x')\n", "pass"),
        ("    if not good(m):\n        raise ValueError('x')\n", "pass"),
        ("    fine = good(m)\n    if not fine:\n        sys.exit(1)\n", "pass"),
        ("    if not good(m):\n        print('no')\n    else:\n        deploy_model('x')\n", "pass"),
        ("    print(good(m))\n    promote_model('x')\n", "fail"),
    ],
)
def test_a_function_that_judges_gates_what_is_done_by_its_answer(use: str, expected: str) -> None:
    run = f"import sys\nfrom judge import good\n\ndef run(m, auto):\n{use}"
    assert outcome("quality-gated", {"train.py": MODEL, "judge.py": JUDGE, "run.py": run}) == expected
    sizes = JUDGE.replace("metrics", "sizes").replace("rmspe", "rows").replace("mae", "columns")
    assert outcome("quality-gated", {"train.py": MODEL, "judge.py": sizes, "run.py": run}) == "fail"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("assert accuracy_score(y, SVC().fit(X, y).predict(X)) > 0.8", "pass"),
        ("model = SVC().fit(X, y)\n    assert 0 <= model.score(X, y) <= 1", "fail"),
        ("model = SVC().fit(X, y)\n    assert model.predict(X).shape == (3,)", "fail"),
        ("assert accuracy_score([0, 1], [0, 1]) == 1.0", "fail"),
    ],
)
def test_what_gates_quality_in_tests(test: str, expected: str) -> None:
    head = "from sklearn.metrics import accuracy_score\nfrom sklearn.svm import SVC\n\ndef test_it():\n    "
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": head + test + "\n"}) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("if score < best:\n        raise ValueError('worse than the model in use')", "pass"),
        ("if not 0 <= score_threshold <= 1:\n        raise ValueError('score_threshold')", "fail"),
        ("if accuracy > 0.9:\n        client.transition_model_version_stage('m', 3, 'Production')", "pass"),
        ("if accuracy > 0.9:\n        print('good')", "partial"),
    ],
)
def test_what_gates_quality_in_pipelines(code: str, expected: str) -> None:
    release = f"def release(client, score, best, accuracy, score_threshold):\n    {code}\n"
    assert outcome("quality-gated", {"train.py": MODEL, "release.py": release}) == expected


def test_models_that_do_not_reach_the_bar_are_told_of_and_left_out() -> None:
    choosing = (
        "def select_champion(scores, least):\n    good = {}\n    for name, result in scores.items():\n"
        "        f1 = result.get('f1', 0)\n        if f1 >= least:\n            good[name] = result\n"
        "        else:\n            logger.warning('%s is below the bar', name)\n    return max(good, default=None)\n"
    )
    told = choosing.replace("            good[name] = result\n", "            print(name)\n")
    assert outcome("quality-gated", {"train.py": MODEL, "choose.py": choosing}) == "pass"
    assert outcome("quality-gated", {"train.py": MODEL, "choose.py": told}) != "pass"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("assert_that(accuracy, is_(close_to(0.95, delta=0.05)))", "pass"),
        ("assert_that(accuracy, greater_than(0.8))", "pass"),
        ("assert_that(accuracy, has_item(0.8))", "fail"),
        ("assert_that(len(y), close_to(0.95, delta=0.05))", "fail"),
        ("testing.assert_allclose(accuracy, 0.95, atol=0.05)", "pass"),
    ],
)
def test_matchers_hold_a_trained_model_to_a_figure(claim: str, expected: str) -> None:
    test = (
        "from hamcrest import assert_that, close_to, greater_than, has_item, is_\nfrom numpy import testing\n"
        "from sklearn.metrics import accuracy_score\nfrom sklearn.svm import SVC\n\ndef test_it():\n"
        f"    model = SVC().fit(X, y)\n    accuracy = accuracy_score(y, model.predict(X))\n    {claim}\n"
    )
    assert outcome("quality-gated", {"train.py": MODEL, "tests/test_it.py": test}) == expected
