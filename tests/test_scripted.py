"""Applications around a language model that are written in JavaScript or TypeScript are judged as others are."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

CHAT = {
    "package.json": '{"dependencies": {"openai": "4.0.0", "fastify": "5.0.0"}}',
    "src/chat.ts": "import OpenAI from 'openai'\n"
    "export const ask = (input) => new OpenAI().responses.create({ input })\n",
    "src/server.ts": "import { ask } from './chat'\napp.post('/chat', async (request) => ask(request.body.text))\n",
}


def test_a_health_route_in_typescript_is_one() -> None:
    route = {"src/health.ts": "app.get('/health', async () => ({ status: 'ok' }))\n"}
    assert outcome("health-endpoint", CHAT | route) == "pass"
    assert outcome("health-endpoint", CHAT) == "fail"


EXPECTS = "test('works', async () => expect(await run('hi')).toContain('hello'))\n"


@pytest.mark.parametrize(
    ("module", "check"),
    [("../src/chat", "tests-check-model"), ("@/lib/document.parser", "tests-cover-preprocessing")],
)
def test_tests_in_typescript_are_of_the_modules_that_they_import(module: str, check: str) -> None:
    assert outcome(check, CHAT | {"tests/a.test.ts": f"import {{ run }} from '{module}'\n{EXPECTS}"}) == "pass"
    assert outcome(check, CHAT | {"tests/a.test.ts": f"import {{ run }} from '../src/dates'\n{EXPECTS}"}) == "fail"
    assert outcome(check, CHAT | {"tests/a.test.ts": f"import {{ run }} from '{module}'\n"}) == "fail"


def handled(body: str, *, name: str = "src/server.ts") -> str:
    source = {name: "import { ask } from './chat'\n" + body}
    return outcome("requests-validated", {k: v for k, v in CHAT.items() if k != "src/server.ts"} | source)


@pytest.mark.parametrize(
    "body",
    [
        "app.post('/chat', { schema: { body: Question } }, async (request) => ask(request.body.text))\n",
        "app.post<{ Body: Question }>('/chat', { schema }, async (request) => ask(request.body.text))\n",
        "const asked = z.object({ text: z.string() })\n"
        "export async function POST(req: Request) {\n  const { text } = asked.parse(await req.json())\n"
        "  return ask(text)\n}\n",
        "router.post('/chat', body('text').isString(), (req, res) => ask(req.body.text))\n",
        "app.post('/chat', zValidator('json', question), (c) => ask(c.req.valid('json').text))\n",
        "@Post()\nchat(@Body() asked: QuestionDto) { return ask(asked.text) }\n",
        "export default async function handler(req, res) {\n  const { text, n } = req.body\n"
        "  if (typeof text !== 'string') return res.status(400).end()\n"
        "  if (!Number.isInteger(n) || n > 9) {\n    return res.status(400).end()\n  }\n  return ask(text)\n}\n",
    ],
)
def test_requests_held_against_a_schema_in_typescript_are_checked(body: str) -> None:
    assert handled(body) == "pass"


@pytest.mark.parametrize(
    "body",
    [
        "export async function POST(request: NextRequest) {\n"
        "  const req = await request.json()\n  const { text } = req\n"
        "  if( !text ) {\n    return NextResponse.json({ message: 'No question!' })\n  }\n  return ask(text)\n}\n",
        "app.post('/chat', (req, res) => {\n"
        "  if (!req.body.text) return res.status(400).end()\n  ask(req.body.text)\n})\n",
    ],
)
def test_that_something_was_sent_is_half_a_check(body: str) -> None:
    assert handled(body) == "partial"


def test_what_is_tested_of_the_session_is_no_check_of_the_request() -> None:
    body = (
        "export async function POST(req) {\n  const session = await auth()\n"
        "  if (!session) {\n    return new Response('', { status: 401 })\n  }\n"
        "  return ask((await req.json()).text)\n}\n"
    )
    assert handled(body) == "fail"
    assert outcome("requests-validated", CHAT) == "fail"


def test_a_request_that_goes_on_to_a_typed_client_is_half_checked() -> None:
    body = (
        "import OpenAI from 'openai'\nexport async function POST(req) {\n  const { messages } = await req.json()\n"
        "  return new OpenAI().chat.completions.create({ messages })\n}\n"
    )
    assert handled(body, name="app/api/chat/route.ts") == "partial"


@pytest.mark.parametrize(
    "guard",
    [
        "if (text.length > MOST) {\n  throw new Error('too long')\n}\n",
        "if (!text.trim()) throw new Error('empty')\n",
        "default:\n  return new NextResponse('Unsupported file type', { status: 400 })\n",
        "if (file.size > LIMIT) {\n  throw new Error(`File must be smaller`)\n}\n",
    ],
)
def test_texts_and_files_that_are_refused_in_typescript_are_guarded(guard: str) -> None:
    assert outcome("data-validated", CHAT | {"src/read.ts": guard}) == "partial"
    assert outcome("data-validated", CHAT | {"src/read.ts": "if (!key) throw new Error('no key')\n"}) == "fail"


@pytest.mark.parametrize(
    "line", ["request.log.info('asked')", "const log = new Logger('chat')", "import pino from 'pino'"]
)
def test_the_logger_of_a_framework_in_typescript_is_one(line: str) -> None:
    assert outcome("inference-logged", CHAT | {"src/more.ts": line + "\n"}) == "pass"
    assert outcome("inference-logged", CHAT | {"src/more.ts": "console.log(1)\n"}) == "fail"


def test_what_is_asked_in_typescript_may_be_traced() -> None:
    traced = {"src/trace.ts": "import { traceable } from 'langsmith/traceable'\n"}
    assert outcome("inference-logged", CHAT | traced) == "pass"


def test_a_published_model_may_be_run_in_typescript() -> None:
    local = {"src/embed.ts": "import { pipeline } from '@xenova/transformers'\n"}
    assert outcome("model-obtainable", CHAT | local) == "pass"
    assert outcome("model-obtainable", CHAT) == "not-applicable"


CLIENT = (
    "import { CohereClient } from 'cohere-ai'\nconst cohere = new CohereClient()\n"
    "export const plugin = async (fastify) => fastify.decorate('chat', (body) => cohere.chat(body))\n"
)


@pytest.mark.parametrize(
    ("path", "schema", "expected"),
    [
        ("src/routes/chats.ts", "schema: { body: $ref('chatSchema') },", "pass"),
        ("src/routes/chats.ts", "", "fail"),
        ("src/routes/users.ts", "", "unknown"),
    ],
)
def test_a_handler_that_is_handed_the_model_is_known_by_its_path(path: str, schema: str, expected: str) -> None:
    handler = (
        f"export default async (fastify) => {{\n  fastify.route({{\n    method: 'POST',\n    url: '/',\n    {schema}\n"
        "    handler: async (request) => fastify.chat(request.body),\n  })\n}\n"
    )
    package = '{"dependencies": {"cohere-ai": "7.0.0", "fastify": "4.0.0"}}'
    files = {"package.json": package, "src/plugins/cohere.ts": CLIENT, path: handler}
    assert outcome("requests-validated", files) == expected
