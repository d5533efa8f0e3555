"""What is particular to applications of language models: prompts, model ids, answers, evaluations."""
