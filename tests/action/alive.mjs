// What GitHub makes of Markdown, as remark models it: parsed, references and mentions linked, sanitised.
// Reads a list of texts as JSON, writes the links and the images that each of them has.
import { text as all } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const of = async (name) => await import(pathToFileURL(`${process.argv[2]}/${name}/index.js`));
const { unified } = await of("unified");
const pipeline = unified()
  .use((await of("remark-parse")).default)
  .use((await of("remark-gfm")).default)
  .use((await of("remark-github")).default, { repository: "my-org/org-repo" })
  .use((await of("remark-rehype")).default, { allowDangerousHtml: true })
  .use((await of("rehype-raw")).default)
  .use((await of("rehype-sanitize")).default)
  .use((await of("rehype-stringify")).default);

const found = [];
for (const text of JSON.parse(await all(process.stdin))) {
  const html = String(await pipeline.process(text));
  found.push([...html.matchAll(/<(?:a href|img src)="([^"]*)"/g)].map((match) => match[1]));
}
process.stdout.write(JSON.stringify(found));
