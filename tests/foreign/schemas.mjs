// node schemas.mjs FILE ANSWERS: compiles every schema of an OpenAPI document in ajv's strict mode, and holds answers to theirs.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const [document, answers] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const ajv = new Ajv({ strict: true, allErrors: true, formats: { int64: Number.isSafeInteger } });
ajv.addVocabulary(["components", "discriminator"]);
ajv.addSchema({ $id: "document", components: document.components }, "document", false, false);
const compiled = (name) => ajv.compile({ $ref: `document#/components/schemas/${name}` });
const names = Object.keys(document.components.schemas);
for (const name of names) compiled(name);
const wrong = [];
for (const [name, value] of answers) {
  const valid = compiled(name);
  if (!valid(value)) wrong.push([name, valid.errors]);
}
console.log(JSON.stringify({ schemas: names.length, wrong }));
