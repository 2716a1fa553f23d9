// node asyncapi.mjs FILE: what the AsyncAPI initiative's own parser has to say of a document, as JSON.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
console.log(
  JSON.stringify({
    operations: document?.operations().all().length ?? null,
    replies: document?.operations().all().filter((operation) => operation.reply() !== undefined).length ?? null,
    diagnostics: diagnostics.map(({ code, path, message }) => [code, path.join("."), message]),
  }),
);
