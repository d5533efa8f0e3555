"""Which language models an application names, and what it does with what they answer."""

from __future__ import annotations

from tests.auditing import answer, outcome


def test_an_answer_that_is_run_is_seen_through_assignments() -> None:
    app = (
        "from openai import OpenAI\nclient = OpenAI()\n\ndef act(q):\n"
        "    response = client.chat.completions.create(model='gpt-4o', messages=q)\n"
        "    text = response.choices[0].message.content\n    code = text.strip()\n    exec(code)\n"
    )
    assert outcome("model-output-guarded", {"app.py": app}) == "fail"
    assert "runs what the model answered" in answer("model-output-guarded", {"app.py": app}).messages


def test_models_in_prose_and_tests_pin_nothing() -> None:
    app = "from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt-4o-2024-08-06', messages=[])\n"
    files = {"app.py": app, "README.md": "Works like gpt-4.", "tests/test_a.py": "MODEL = 'claude-3-haiku-latest'\n"}
    assert outcome("llm-model-pinned", files) == "pass"


def test_a_model_id_in_a_settings_class_counts() -> None:
    files = {
        "settings.py": "class Settings:\n    model: str = 'claude-3-5-sonnet-latest'\n",
        "app.py": (
            "import anthropic\nfrom settings import Settings\n"
            "anthropic.Anthropic().messages.create(model=Settings.model, messages=[])\n"
        ),
    }
    assert outcome("llm-model-pinned", files) == "fail"
